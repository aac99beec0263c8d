import { digestOf, hashFor } from './digest.ts';
import { RegistryError } from './errors.ts';
import type { Answer } from './exchange.ts';
import type { Descriptor } from './manifest.ts';

/** How often a download goes on where it ended. */
const mostResumes = 3;

/**
 * The bytes of a blob; what ends early is asked for from there on. The last of them come when all are what the digest
 * says, else it throws RegistryError.
 */
export async function* downloadBlob(
  { digest, size }: Descriptor,
  limit: number,
  what: string,
  ask: (headers: Record<string, string>) => Promise<Answer>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (size > limit)
    throw new RegistryError('invalid', `${what} has ${size} bytes, and may have ${limit} at most`);
  const hash = hashFor(digest);
  let at = 0;
  for (let resumes = 0; at < size; resumes++) {
    try {
      for await (const part of partsFrom(await ask(at > 0 ? { range: `bytes=${at}-` } : {}), at)) {
        at += part.byteLength;
        if (at > size) throw new RegistryError('invalid', `${what} has more than its ${size} bytes`);
        hash.update(part);
        yield part;
      }
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof RegistryError && cause.failure !== 'unreachable') throw cause;
      if (resumes === mostResumes) throw broken(what, at, size, cause);
      continue;
    }
    if (at < size && resumes === mostResumes) throw broken(what, at, size);
  }
  const actual = digestOf(hash, digest);
  if (actual !== digest)
    throw new RegistryError('invalid', `${what} is not what was asked for: its digest is ${actual}`);
}

/** A server that takes no ranges begins anew: what is there already is passed over. */
async function* partsFrom({ status, body }: Answer, at: number): AsyncGenerator<Uint8Array> {
  let over = status === 206 ? 0 : at;
  for await (const part of body as AsyncIterable<Uint8Array>) {
    const rest = part.subarray(Math.min(over, part.byteLength));
    over -= part.byteLength - rest.byteLength;
    if (rest.byteLength > 0) yield rest;
  }
}

function broken(what: string, at: number, size: number, cause?: unknown): RegistryError {
  return new RegistryError('unreachable', `${what} ends after ${at} of ${size} bytes`, { cause });
}
