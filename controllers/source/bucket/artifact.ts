import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Artifact, type Bucket, parseDuration } from '@millrace/api';
import { defaultLimits, ignoreFile, type Owner } from '@millrace/artifact';
import { type ObjectStore, StoreError } from '@millrace/bucket';
import { Failed, timestamp } from '@millrace/controller';
import type { Deps } from './deps.ts';
import { fetchObjects } from './fetch.ts';
import { KeyRefused, pathsOf, revisionOf } from './keys.ts';
import { type Listed, named } from './list.ts';
import type { PackContent } from './pack.ts';
import { etagsOf, folderOf, rememberEtags, withScratch } from './remembered.ts';

export function ownerOf({ kind, metadata }: Bucket): Owner {
  return { kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

/** Content of an archive, and what it is made of. */
interface Gathered {
  content: PackContent;
  etags: Map<string, string>;
}

/**
 * Fetch what is new, keep the rest as it is in the artifact before, and make an artifact of both.
 * @param before that artifact, where it is whole
 */
export async function makeArtifact(
  bucket: Bucket,
  store: ObjectStore,
  listed: Listed,
  before: Artifact | undefined,
  on: Deps,
  signal: AbortSignal,
): Promise<{ artifact: Artifact; count: number }> {
  const { metadata, spec } = bucket;
  const folder = folderOf(on.folder, bucket);
  return withScratch(folder, async scratch => {
    const { content, etags } = await gather(bucket, store, listed, before, { on, scratch, folder }, signal);
    const entries = [...etags].map(([key, etag]) => [key, { etag }] as const);
    const revision = revisionOf(entries, on.storage.algorithm);
    const options = {
      group: metadata.namespace ?? '',
      timeout: parseDuration(spec.timeout ?? '60s'),
      signal,
    };
    const stored = await on.storage
      .putBy(ownerOf(bucket), `${revision.slice(revision.indexOf(':') + 1)}.tar.gz`, place =>
        on.packs.write({ ...content, place }, options),
      )
      .catch(cause => {
        signal.throwIfAborted();
        throw storageFailed(cause);
      });
    await rememberEtags(folder, etags);
    const { path, digest, size } = stored;
    const lastUpdateTime = timestamp(new Date());
    const artifact = { digest, lastUpdateTime, path, revision, size, url: on.storage.urlOf(path) };
    return { artifact, count: etags.size };
  });
}

async function gather(
  { spec }: Bucket,
  store: ObjectStore,
  { objects, rules }: Listed,
  before: Artifact | undefined,
  { on, scratch, folder }: { on: Deps; scratch: string; folder: string },
  signal: AbortSignal,
): Promise<Gathered> {
  const known = before ? await etagsOf(folder, before) : new Map<string, string>();
  const paths = pathsFor(spec.bucketName, rules ? [...objects.keys(), ignoreFile] : objects.keys());
  const isKept = (key: string) => known.get(key) === objects.get(key)?.etag;
  const wanted = [...objects.values()].filter(({ key }) => !isKept(key));
  const fetched = await fetchObjects(wanted, store, scratch, signal).catch(cause => {
    throw named(`fetch from bucket '${spec.bucketName}' failed`, cause);
  });
  const etags = new Map<string, string>();
  const content: PackContent = { fetched: [], kept: [] };
  for (const [key, { etag }] of objects) {
    const path = paths.get(key)!;
    const found = fetched.get(key);
    if (found) content.fetched.push({ path, file: found.file, size: found.size });
    else if (isKept(key)) content.kept.push(path);
    // It was there a moment ago.
    else continue;
    etags.set(key, found?.etag ?? etag);
  }
  if (rules) {
    const file = join(scratch, 'rules');
    await writeFile(file, rules, { mode: 0o600 });
    content.fetched.push({ path: ignoreFile, file, size: rules.byteLength });
  }
  if (before) content.before = join(on.storage.root, before.path);
  return { content, etags };
}

function pathsFor(bucketName: string, keys: Iterable<string>): Map<string, string> {
  try {
    return pathsOf(keys, defaultLimits);
  } catch (cause) {
    if (!(cause instanceof KeyRefused)) throw cause;
    const step = `fetch from bucket '${bucketName}' failed: failed to get '${cause.key}' object`;
    throw new StoreError('invalid', `${step}: ${cause.message}`);
  }
}

function storageFailed(cause: unknown): Failed {
  const said = cause instanceof Error ? cause.message : String(cause);
  const reason = 'ArchiveOperationFailed';
  const message = `unable to archive artifact to storage: ${said}`;
  const conditions = { StorageOperationFailed: { status: 'True' as const, reason, message } };
  return new Failed(reason, message, { cause, conditions });
}
