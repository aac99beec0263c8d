import { isObject, type Json, type JsonObject } from '@millrace/json';
import { digestIn } from './digest.ts';
import { Problem } from './problem.ts';

/** What a manifest says of itself and others. */
export interface Contents {
  readonly mediaType: string;
  /** What has to be in the repository before it. */
  readonly blobs: readonly string[];
  readonly manifests: readonly string[];
  readonly subject: string | undefined;
  readonly artifactType: string | undefined;
}

const image = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const index = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

/** Layers that lie elsewhere, and that may not be given on (image-spec, layer.md, "Non-Distributable Layers"). */
const elsewhere = /nondistributable|\.foreign\./;

/** Of a manifest, in bytes: what registries take at least (distribution-spec, "Pushing Manifests"). */
export const largestManifest = 4 * 2 ** 20;

/**
 * @param contentType what the client says that it is
 * Throws Problem for what is no manifest or index of OCI or Docker.
 */
export function readManifest(bytes: Uint8Array, contentType: string | undefined): Contents {
  const value = parsed(bytes);
  const told = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const mediaType = typeof value.mediaType === 'string' ? value.mediaType : told;
  if (told !== '' && told !== mediaType)
    throw invalid(`its mediaType is ${JSON.stringify(mediaType)}, and its Content-Type another`);
  const isIndex = index.includes(mediaType);
  if (!isIndex && !image.includes(mediaType))
    throw new Problem(
      415,
      'MANIFEST_INVALID',
      `manifests and indexes of OCI and Docker are taken, and this is none: Content-Type is ${JSON.stringify(told)}`,
    );
  if (value.schemaVersion !== 2) throw invalid('schemaVersion has to be 2');
  // What is both would be one thing to one reader and another to the next (CVE-2021-41190).
  if (value[isIndex ? 'layers' : 'manifests'] !== undefined) throw invalid('it has layers and manifests');
  const subject = value.subject === undefined ? undefined : digestAt(value.subject, 'subject');
  const own =
    typeof value.artifactType === 'string' && value.artifactType !== '' ? value.artifactType : undefined;
  if (isIndex) {
    const manifests = listAt(value, 'manifests').map((entry, i) => digestAt(entry, `manifests[${i}]`));
    return { mediaType, blobs: [], manifests, subject, artifactType: own };
  }
  const layers = listAt(value, 'layers').flatMap((layer, i) => {
    const digest = digestAt(layer, `layers[${i}]`);
    return isObject(layer) && elsewhere.test(String(layer.mediaType)) ? [] : [digest];
  });
  const { config } = value;
  const blobs = [digestAt(config ?? null, 'config'), ...layers];
  const configType = isObject(config) && typeof config.mediaType === 'string' ? config.mediaType : undefined;
  return { mediaType, blobs, manifests: [], subject, artifactType: own ?? configType };
}

/** As a list of referrers shows them: none of other kinds than text. */
export function annotationsOf(bytes: Uint8Array): Record<string, string> | undefined {
  const { annotations } = parsed(bytes);
  if (!isObject(annotations)) return undefined;
  const texts = Object.entries(annotations).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}

function parsed(bytes: Uint8Array): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json;
  } catch {
    throw invalid('it is no JSON');
  }
  if (!isObject(value)) throw invalid('it is no JSON object');
  return value;
}

function listAt(value: JsonObject, field: string): Json[] {
  const list = value[field] ?? [];
  if (!Array.isArray(list)) throw invalid(`${field} is no list`);
  return list;
}

function digestAt(value: Json, at: string): string {
  const { digest, size } = isObject(value) ? value : {};
  if (typeof digest !== 'string' || !digestIn(digest))
    throw invalid(`${at}.digest has to be one of sha256 or sha512`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw invalid(`${at}.size has to be a number of bytes`);
  return digest;
}

function invalid(what: string): Problem {
  return new Problem(400, 'MANIFEST_INVALID', `the manifest is invalid: ${what}`);
}
