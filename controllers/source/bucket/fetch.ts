import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ArtifactError, defaultLimits } from '@millrace/artifact';
import { type ObjectEntry, type ObjectStore, StoreError } from '@millrace/bucket';

/** How many objects are read at once: each takes a connection and the memory of a piece. */
const atOnce = 32;

/** A file that was fetched. */
export interface Fetched {
  file: string;
  size: number;
  /** Of what was fetched, which may be newer than what was listed. */
  etag: string;
}

/**
 * Read objects to files of a folder, some at once; those that are gone by now are missing in the answer. Throws
 * StoreError, and ArtifactError where they take more than there is room for.
 */
export async function fetchObjects(
  objects: ObjectEntry[],
  store: ObjectStore,
  folder: string,
  signal: AbortSignal,
  room = defaultLimits.total,
): Promise<Map<string, Fetched>> {
  const fetched = new Map<string, Fetched>();
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const budget = { left: room };
  const queue = objects.entries();
  const work = async () => {
    for (const [i, object] of queue) {
      const found = await fetchOne(object, store, join(folder, String(i)), budget, either);
      if (found) fetched.set(object.key, found);
    }
  };
  const workers = Array.from({ length: Math.min(atOnce, objects.length) }, () =>
    work().catch(cause => {
      // The first that fails ends the others, and is the one that is told of.
      stop.abort(cause);
      throw cause;
    }),
  );
  await Promise.allSettled(workers);
  signal.throwIfAborted();
  stop.signal.throwIfAborted();
  return fetched;
}

async function fetchOne(
  object: ObjectEntry,
  store: ObjectStore,
  file: string,
  budget: { left: number },
  signal: AbortSignal,
): Promise<Fetched | undefined> {
  let size = 0;
  const counted = async function* (parts: AsyncIterable<Uint8Array>) {
    for await (const part of parts) {
      size += part.byteLength;
      budget.left -= part.byteLength;
      if (budget.left < 0)
        throw new ArtifactError('the objects take more than there is room for in an artifact');
      yield part;
    }
  };
  try {
    const found = await store.open(object, signal);
    if (!found) return undefined;
    await pipeline(found.body, counted, createWriteStream(file, { flags: 'wx', mode: 0o600 }), { signal });
    return { file, size, etag: found.etag };
  } catch (cause) {
    signal.throwIfAborted();
    const step = `failed to get '${object.key.slice(0, 200)}' object`;
    if (cause instanceof ArtifactError) throw new ArtifactError(`${step}: ${cause.message}`, { cause });
    if (cause instanceof StoreError)
      throw new StoreError(cause.failure, `${step}: ${cause.message}`, cause.retryAfter);
    if (isOfDisk(cause)) throw cause;
    throw new StoreError('unreachable', `${step}: its content ends early`);
  }
}

function isOfDisk(cause: unknown): boolean {
  return cause instanceof Error && 'syscall' in cause && 'path' in cause;
}
