import { isObject, type Json } from '@millrace/json';
import { SignatureError } from './errors.ts';

/** Bytes in the registry. */
export interface Blob {
  mediaType: string;
  digest: string;
  size: number;
}

/** The repository of the artifact, in which its signatures lie too. All bytes are what their digests say. */
export interface SignatureStore {
  /** A manifest or index by its tag or digest; undefined where there is none. */
  document(
    reference: string,
    signal: AbortSignal,
  ): Promise<{ bytes: Uint8Array; digest: string } | undefined>;
  /** The manifests that refer to another. */
  referrers(digest: string, signal: AbortSignal): Promise<{ digest: string; artifactType: string }[]>;
  blob(blob: Blob, limit: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** A layer of the manifest of a signature. */
export interface SignatureLayer extends Blob {
  annotations: Record<string, string>;
}

/** Of a signature, in bytes. Attestations may be large; signatures are not. */
const largestSignature = 4 * 2 ** 20;

/** Signatures of one artifact that are looked at. */
export const mostSignatures = 100;

export async function readBlob(store: SignatureStore, blob: Blob, signal: AbortSignal): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(store.blob(blob, largestSignature, signal)));
}

/** The layers of a manifest; none where it is no manifest. */
export function layersIn(manifest: Uint8Array): SignatureLayer[] {
  const value = parseJson(manifest);
  const layers = isObject(value) && Array.isArray(value.layers) ? value.layers : [];
  return layers.slice(0, mostSignatures).flatMap(layer => {
    const { mediaType, digest, size, annotations } = isObject(layer) ? layer : {};
    if (typeof mediaType !== 'string' || typeof digest !== 'string' || typeof size !== 'number') return [];
    if (!/^sha(256|512):[0-9a-f]+$/.test(digest) || !Number.isSafeInteger(size) || size < 0) return [];
    const texts = Object.entries(isObject(annotations) ? annotations : {});
    const known = texts.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    return [{ mediaType, digest, size, annotations: Object.fromEntries(known) }];
  });
}

/** Undefined for what is no JSON. */
export function parseJson(bytes: Uint8Array | string): Json | undefined {
  try {
    return JSON.parse(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}

export function requireObject(bytes: Uint8Array | string, what: string): { [name: string]: Json } {
  const value = parseJson(bytes);
  if (isObject(value)) return value;
  throw new SignatureError(`${what} is no JSON object`);
}
