import { isObject, type Json, type JsonObject } from '@millrace/json';
import {
  layersIn,
  mostSignatures,
  parseJson,
  readBlob,
  type SignatureLayer,
  type SignatureStore,
} from '../store.ts';
import type { Signed } from '../trust.ts';

/** A signature of cosign 2: what was signed, and the rest beside it. */
export interface SimpleSignature {
  payload: Buffer;
  annotations: SignatureLayer['annotations'];
}

/** What there is: bundles as cosign 3 writes them, or else signatures of cosign 2, which then are not looked at. */
export type Found = { bundles: JsonObject[] } | { simple: SimpleSignature[] };

const bundleType = 'application/vnd.dev.sigstore.bundle';
const simpleType = 'application/vnd.dev.cosign.simplesigning.v1+json';

export async function findSignatures(
  { digest }: Signed,
  store: SignatureStore,
  signal: AbortSignal,
): Promise<Found> {
  const bundles = await bundlesOf(digest, store, signal);
  if (bundles.length > 0) return { bundles };
  return { simple: await simpleSignatures(digest, store, signal) };
}

/** Bundles refer to what they sign; other things may too. */
async function bundlesOf(digest: string, store: SignatureStore, signal: AbortSignal): Promise<JsonObject[]> {
  const bundles: JsonObject[] = [];
  const referrers = await store.referrers(digest, signal);
  for (const referrer of referrers.slice(0, mostSignatures)) {
    // Registries that make the list by tag may not tell the type.
    if (referrer.artifactType !== '' && !referrer.artifactType.startsWith(bundleType)) continue;
    const manifest = await store.document(referrer.digest, signal);
    const layers = manifest ? layersIn(manifest.bytes) : [];
    const [layer] = layers;
    if (layers.length !== 1 || !layer?.mediaType.startsWith(bundleType)) continue;
    const bundle = parseJson(await readBlob(store, layer, signal));
    if (isObject(bundle)) bundles.push(bundle);
  }
  return bundles;
}

/** Under the tag `sha256-<hex>.sig`. */
async function simpleSignatures(
  digest: string,
  store: SignatureStore,
  signal: AbortSignal,
): Promise<SimpleSignature[]> {
  const manifest = await store.document(`${digest.replace(':', '-')}.sig`, signal);
  const found: SimpleSignature[] = [];
  for (const layer of manifest ? layersIn(manifest.bytes) : []) {
    if (layer.mediaType !== simpleType) continue;
    found.push({ payload: await readBlob(store, layer, signal), annotations: layer.annotations });
  }
  return found;
}

/** Whether the payload of a simple signature says that it is of this digest. */
export function isSimpleFor(payload: Uint8Array, digest: string): boolean {
  return at(parseJson(payload), 'critical', 'image', 'docker-manifest-digest') === digest;
}

const statementType = 'application/vnd.in-toto+json';

/** Whether the statement in an envelope (in-toto, v1) has this digest among its subjects. */
export function isStatementFor(payload: Uint8Array, payloadType: string, digest: string): boolean {
  const [algorithm = '', hex] = digest.split(':');
  const subjects = payloadType === statementType ? at(parseJson(payload), 'subject') : undefined;
  return Array.isArray(subjects) && subjects.some(subject => at(subject, 'digest', algorithm) === hex);
}

/** What a path of names leads to. */
export function at(value: Json | undefined, ...path: string[]): Json | undefined {
  let found = value;
  for (const name of path) found = isObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  return found;
}

/** Bytes in base64, of which nothing is left out. */
export function base64(value: Json | undefined): Buffer | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return undefined;
  return Buffer.from(value, 'base64');
}
