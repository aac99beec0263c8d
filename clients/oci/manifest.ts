import { isObject, type Json, type JsonObject } from '@millrace/json';
import { type Digest, isDigest } from './digest.ts';

/** Content in a registry (image-spec, descriptor.md). */
export interface Descriptor {
  mediaType: string;
  digest: Digest;
  size: number;
}

/** What an artifact consists of. */
export interface Manifest {
  annotations: Record<string, string>;
  layers: Descriptor[];
}

/** One artifact of several, each for a platform. */
export interface IndexEntry extends Descriptor {
  platform: { os: string; architecture: string } | undefined;
}

/** The bytes are no manifest. */
export class InvalidManifest extends Error {
  override readonly name = 'InvalidManifest';
}

/** What is asked for: the media types of OCI, and those of Docker that they come from. */
export const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

/** A manifest or an index, by what is in it. Throws InvalidManifest. */
export function parseManifest(bytes: Uint8Array): { manifest: Manifest } | { index: IndexEntry[] } {
  const value = parsed(bytes);
  // What is both would be one thing to one reader and another to the next (CVE-2021-41190).
  if (value.layers !== undefined && value.manifests !== undefined)
    throw new InvalidManifest('it has layers and manifests, and may have one of them only');
  if (value.manifests !== undefined)
    return {
      index: listIn(value, 'manifests').map((entry, i) => indexEntry(entry, `manifests[${i}]`)),
    };
  if (value.schemaVersion !== 2) throw new InvalidManifest('its schemaVersion has to be 2');
  const layers = listIn(value, 'layers').map((layer, i) => descriptor(layer, `layers[${i}]`));
  return { manifest: { layers, annotations: annotationsIn(value) } };
}

/** Of an index, what is for linux/amd64, where platforms are told: what Flux takes. Throws InvalidManifest. */
export function requireOneImage(index: IndexEntry[]): Descriptor {
  const found = index.find(
    ({ platform }) => !platform || (platform.os === 'linux' && platform.architecture === 'amd64'),
  );
  if (!found) throw new InvalidManifest('no child with platform linux/amd64 in index');
  return found;
}

function parsed(bytes: Uint8Array): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Json;
  } catch {
    throw new InvalidManifest('it is no JSON');
  }
  if (!isObject(value)) throw new InvalidManifest('it is no JSON object');
  return value;
}

function listIn(value: JsonObject, field: string): Json[] {
  const list = value[field] ?? [];
  if (!Array.isArray(list)) throw new InvalidManifest(`${field} is no list`);
  return list;
}

function descriptor(value: Json, at: string): Descriptor {
  const { mediaType, digest, size } = isObject(value) ? value : {};
  if (typeof mediaType !== 'string' || typeof digest !== 'string' || !isDigest(digest))
    throw new InvalidManifest(`${at} has to have a mediaType and a digest of sha256 or sha512`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw new InvalidManifest(`${at}.size is no number of bytes`);
  return { mediaType, digest, size };
}

function indexEntry(value: Json, at: string): IndexEntry {
  const platform = isObject(value) ? value.platform : undefined;
  const { os, architecture } = isObject(platform) ? platform : {};
  const isTold = typeof os === 'string' && typeof architecture === 'string';
  return { ...descriptor(value, at), platform: isTold ? { os, architecture } : undefined };
}

function annotationsIn({ annotations }: JsonObject): Record<string, string> {
  if (!isObject(annotations)) return {};
  const texts = Object.entries(annotations).filter(([, text]) => typeof text === 'string');
  return Object.fromEntries(texts) as Record<string, string>;
}
