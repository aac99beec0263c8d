import { gunzipSync, gzipSync } from 'node:zlib';
import { fromBytes, toBytes } from '@millrace/go-template';
import { ReleaseRecordError } from './fields.ts';
import { readRelease } from './read-release.ts';
import type { Release } from './release.ts';
import { writeRelease } from './write-release.ts';

/** The object of the cluster that holds one revision of a release. */
export type ReleaseRecord = SecretRecord | ConfigMapRecord;

interface RecordOf<Kind extends string> {
  apiVersion: 'v1';
  kind: Kind;
  metadata: { name: string; namespace?: string; labels?: { [key: string]: string } };
  /** Under `release`: base64 of the compressed JSON, in a Secret with the base64 of Secrets around it. */
  data?: { [key: string]: string };
}

export interface SecretRecord extends RecordOf<'Secret'> {
  type?: string;
}

export type ConfigMapRecord = RecordOf<'ConfigMap'>;

/** When a record is written, in seconds since 1970, and whether it is there already. */
export interface RecordStamp {
  at: number;
  isUpdate: boolean;
}

/** A release that is larger than a record may be. Nothing was written. */
export class ReleaseTooLarge extends ReleaseRecordError {
  override readonly name = 'ReleaseTooLarge';
}

/** The API server takes no Secret or ConfigMap with more data. */
const maxRecordSize = 1024 * 1024;

/** A record cannot be larger than this when it is unpacked: a hundred times what fits packed. */
const maxReleaseSize = 100 * maxRecordSize;

const secretType = 'helm.sh/release.v1';

const ownLabels = ['name', 'owner', 'status', 'version', 'createdAt', 'modifiedAt'];

/** The name of the record of a revision: `sh.helm.release.v1.NAME.vREVISION`. */
export function recordName(release: string, version: number): string {
  return `sh.helm.release.v1.${release}.v${version}`;
}

/**
 * The record of a release. Throws ReleaseTooLarge, worded as the API server refuses such a record, and
 * ReleaseRecordError for labels that are Helm's own.
 *
 * Rule: pkg/storage/driver of helm v4.3.1
 */
export function encodeRelease(release: Release, driver: 'secret', stamp: RecordStamp): SecretRecord;
export function encodeRelease(release: Release, driver: 'configmap', stamp: RecordStamp): ConfigMapRecord;
export function encodeRelease(
  release: Release,
  driver: 'secret' | 'configmap',
  stamp: RecordStamp,
): ReleaseRecord {
  const name = recordName(release.name, release.version);
  const packed = gzipSync(toBytes(writeRelease(release)), { level: 9 }).toString('base64');
  const isSecret = driver === 'secret';
  const kind = isSecret ? 'Secret' : 'ConfigMap';
  if (packed.length > maxRecordSize) throw tooLarge(kind, name, stamp.isUpdate);
  const metadata = { name, namespace: release.namespace, labels: recordLabels(release, stamp) };
  if (!isSecret) return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { release: packed } };
  const data = { release: Buffer.from(packed).toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata, type: secretType, data };
}

function tooLarge(kind: ReleaseRecord['kind'], name: string, isUpdate: boolean): ReleaseTooLarge {
  const [doing, field] =
    kind === 'Secret'
      ? [isUpdate ? 'update: failed to update: ' : 'create: failed to create: ', 'data']
      : ['', '[]'];
  return new ReleaseTooLarge(
    `${doing}${kind} "${name}" is invalid: ${field}: Too long: may not be more than ${maxRecordSize} bytes`,
  );
}

function recordLabels(release: Release, { at, isUpdate }: RecordStamp): { [key: string]: string } {
  if (Object.keys(release.labels).some(label => ownLabels.includes(label)))
    throw new ReleaseRecordError(
      `user supplied labels contains system reserved label name. System labels: [${ownLabels.join(' ')}]`,
    );
  return {
    ...release.labels,
    [isUpdate ? 'modifiedAt' : 'createdAt']: String(Math.floor(at)),
    name: release.name,
    owner: 'helm',
    status: release.info.status,
    version: String(release.version),
  };
}

/** Whether an object of the cluster is a record of Helm's, by its labels. */
export function isReleaseRecord({ metadata }: Pick<ReleaseRecord, 'metadata'>): boolean {
  return metadata.labels?.owner === 'helm';
}

/** The release in a record. Throws ReleaseRecordError, which names the record and what is wrong with it. */
export function decodeRelease(record: ReleaseRecord): Release {
  try {
    const labels = Object.entries(record.metadata.labels ?? {}).filter(([key]) => !ownLabels.includes(key));
    return { ...readRelease(unpacked(record)), labels: Object.fromEntries(labels) };
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const at = `${record.kind} ${record.metadata.namespace ?? ''}/${record.metadata.name}`;
    throw new ReleaseRecordError(`${at}: ${cause.message}`, { cause });
  }
}

function unpacked(record: ReleaseRecord): string {
  const data = record.data?.release;
  if (data === undefined) throw new ReleaseRecordError('data.release is missing');
  const packed = record.kind === 'Secret' ? Buffer.from(data, 'base64').toString('latin1') : data;
  const bytes = Buffer.from(packed, 'base64');
  // Records from before Helm compressed them.
  const isCompressed = bytes.length > 3 && bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;
  return fromBytes(isCompressed ? gunzipSync(bytes, { maxOutputLength: maxReleaseSize }) : bytes);
}
