import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { isDigest, type PushableRegistry } from '@millrace/oci';
import type { Target } from './target.ts';

/** An OCI image layout (image-spec, image-layout.md): what `oras copy --to-oci-layout` and `crane pull --format oci` leave. */
export function isLayout(folder: string): boolean {
  return existsSync(join(folder, 'oci-layout')) && existsSync(join(folder, 'index.json'));
}

/** Manifests in manifests. */
const deepest = 5;

const largestManifest = 4 * 2 ** 20;

/** All that has a name in the layout, under its tags; where it has none, under `latest`. */
export async function publishLayout(folder: string, { path, tag, within, signal }: Target): Promise<void> {
  const entries = descriptorsIn(objectIn(readText(join(folder, 'index.json')), 'index.json'), 'manifests');
  await within(path, async to => {
    for (const { digest, mediaType, name } of entries) {
      const manifest = { mediaType, bytes: readText(blobPath(folder, digest)) };
      await pushParts(folder, manifest.bytes, to, signal, 0);
      await to.pushManifest(tag ?? name ?? 'latest', manifest, signal);
    }
  });
}

/** What a manifest is made of goes before it. */
async function pushParts(
  folder: string,
  bytes: Buffer,
  to: PushableRegistry,
  signal: AbortSignal,
  depth: number,
): Promise<void> {
  if (depth > deepest) throw new Error(`indexes lie in indexes, more than ${deepest} deep`);
  const value = objectIn(bytes, 'a manifest');
  for (const { digest, mediaType } of descriptorsIn(value, 'manifests')) {
    const child = readText(blobPath(folder, digest));
    await pushParts(folder, child, to, signal, depth + 1);
    await to.pushManifest(digest, { mediaType, bytes: child }, signal);
  }
  const config = value.config === undefined ? [] : descriptorsIn({ config: [value.config] }, 'config');
  for (const { digest } of [...config, ...descriptorsIn(value, 'layers')]) {
    const file = blobPath(folder, digest);
    // Some layers may not be given on, and lie elsewhere.
    const found = statSync(file, { throwIfNoEntry: false });
    if (found) await to.pushBlob({ digest, size: found.size, read: () => createReadStream(file) }, signal);
  }
}

interface Named {
  digest: string;
  mediaType: string;
  /** The tag. */
  name: string | undefined;
}

function descriptorsIn(value: JsonObject, field: string): Named[] {
  const list = value[field] ?? [];
  if (!Array.isArray(list)) throw new Error(`${field} is no list`);
  return list.map((entry, i) => {
    const { digest, mediaType, annotations } = isObject(entry) ? entry : {};
    if (typeof digest !== 'string' || !isDigest(digest) || typeof mediaType !== 'string')
      throw new Error(`${field}[${i}] has no digest or no mediaType`);
    const named = isObject(annotations) ? annotations['org.opencontainers.image.ref.name'] : undefined;
    // Some write the whole reference, some the tag alone.
    return { digest, mediaType, name: typeof named === 'string' ? named.split(/[:/]/).at(-1) : undefined };
  });
}

function blobPath(folder: string, digest: string): string {
  return join(folder, 'blobs', ...digest.split(':'));
}

function readText(file: string): Buffer {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw new Error(`${file} is missing from the layout`);
  if (found.size > largestManifest) throw new Error(`${file} is larger than ${largestManifest} bytes`);
  return readFileSync(file);
}

function objectIn(bytes: Buffer, what: string): JsonObject {
  let value: Json = null;
  try {
    value = JSON.parse(bytes.toString('utf8')) as Json;
  } catch {
    // Told with all else that is no object.
  }
  if (isObject(value)) return value;
  throw new Error(`${what} is no JSON object`);
}
