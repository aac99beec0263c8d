import type { Readable } from 'node:stream';
import { type Digest, digestOf, hashFor, isDigest } from './digest.ts';
import { RegistryError } from './errors.ts';
import type { Answer, Request } from './exchange.ts';

/** Bytes to bring to a registry. */
export interface NewBlob {
  digest: Digest;
  size: number;
  /** They may be asked for more than once. */
  read(): Readable;
}

export interface NewManifest {
  mediaType: string;
  bytes: Uint8Array;
}

/** What is asked of the registry. */
export interface Pushing {
  /** `/v2/<name>`. */
  path: string;
  label: string;
  /** @param to a path, or a place that the registry has named */
  ask(to: string, ask: Partial<Omit<Request, 'url'>>): Promise<Answer>;
  refusal(answer: Answer, what: string): Promise<RegistryError>;
}

/** In one piece: by POST, and then PUT (distribution-spec, "Pushing a blob monolithically"). */
export async function pushBlob({ digest, size, read }: NewBlob, on: Pushing): Promise<void> {
  const what = `${on.label}@${digest}`;
  const there = await on.ask(`${on.path}/blobs/${digest}`, { method: 'HEAD' });
  await there.body.dump();
  if (there.status === 200) return;
  const begun = await on.ask(`${on.path}/blobs/uploads/`, {
    method: 'POST',
    headers: { 'content-length': '0' },
  });
  const place = begun.header('location');
  if (begun.status !== 202 || place === undefined) throw await on.refusal(begun, what);
  await begun.body.dump();
  const headers = { 'content-type': 'application/octet-stream', 'content-length': String(size) };
  const done = await on.ask(withDigest(place, digest), { method: 'PUT', headers, body: read });
  if (done.status !== 201) throw await on.refusal(done, what);
  await done.body.dump();
}

export async function pushManifest(
  reference: string,
  { mediaType, bytes }: NewManifest,
  on: Pushing,
): Promise<Digest> {
  const isByDigest = isDigest(reference);
  const what = `${on.label}${isByDigest ? '@' : ':'}${reference}`;
  const path = `${on.path}/manifests/${isByDigest ? reference : encodeURIComponent(reference)}`;
  const done = await on.ask(path, { method: 'PUT', headers: { 'content-type': mediaType }, body: bytes });
  if (done.status !== 201) throw await on.refusal(done, what);
  await done.body.dump();
  const like = isByDigest ? reference : 'sha256:';
  const digest = digestOf(hashFor(like).update(bytes), like);
  const told = done.header('docker-content-digest');
  if (told !== undefined && isDigest(told) && told.startsWith(like.slice(0, 7)) && told !== digest)
    throw new RegistryError(
      'invalid',
      `${what}: the registry says that it has taken ${told}, and not ${digest}`,
    );
  return digest;
}

/** What stands in the place already goes with it. */
function withDigest(place: string, digest: Digest): string {
  return `${place}${place.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
}
