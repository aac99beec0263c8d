import { closeSync, createReadStream, createWriteStream, fstatSync, openSync, readSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gunzipSync } from 'node:zlib';
import type { ArchiveBytes } from '@millrace/tar';
import { ArtifactError } from './limits.ts';

/** An archive that lies unpacked on the disk, or is so small that it does not have to, and is read there. */
export interface Unpacked {
  bytes: ArchiveBytes;
  /** Nothing is left of it. */
  close(): Promise<void>;
}

/** A `.tar.gz`: a file, or its bytes and the name beside which it is unpacked where it is large. */
export type Archive = string | { bytes: Uint8Array; beside: string };

/** Bytes, packed and unpacked, of what is not worth a file. */
export const small = { packed: 64 * 1024, unpacked: 2 ** 20 };

/**
 * Unpack a `.tar.gz` to a file beside it: of what is in it no more than a piece is in memory, unless all of it is small.
 * Throws ArtifactError for what is none, or unpacks to more than the limit.
 */
export async function openUnpacked(archive: Archive, limit: number, signal: AbortSignal): Promise<Unpacked> {
  const packed = await bytesOfSmall(archive, signal);
  const inMemory = packed && unpackedInMemory(packed, limit);
  if (inMemory) return { bytes: inMemory, close: async () => {} };
  const unpacked = `${typeof archive === 'string' ? archive : archive.beside}.tar.tmp`;
  try {
    await gunzip(archive, unpacked, limit, signal);
    const handle = openSync(unpacked, 'r');
    const close = async () => {
      closeSync(handle);
      await rm(unpacked, { force: true });
    };
    return { bytes: bytesOf(handle), close };
  } catch (error) {
    await rm(unpacked, { force: true });
    throw error;
  }
}

/** The same, for as long as it is used. */
export async function withUnpacked<T>(
  archive: Archive,
  limit: number,
  signal: AbortSignal,
  use: (bytes: ArchiveBytes) => Promise<T>,
): Promise<T> {
  const unpacked = await openUnpacked(archive, limit, signal);
  return use(unpacked.bytes).finally(() => unpacked.close());
}

/** By how much is read at once. */
const piece = 256 * 1024;

/** Bytes of an archive, piece by piece. */
export function* piecesOf(archive: ArchiveBytes, offset: number, size: number): Generator<Uint8Array> {
  for (let at = 0; at < size; at += piece)
    yield archive.subarray(offset + at, offset + Math.min(size, at + piece));
}

async function bytesOfSmall(archive: Archive, signal: AbortSignal): Promise<Uint8Array | undefined> {
  if (typeof archive !== 'string') return archive.bytes;
  return (await stat(archive)).size <= small.packed ? readFile(archive, { signal }) : undefined;
}

/** Nothing where it is too large for that. */
function unpackedInMemory(packed: Uint8Array, limit: number): Uint8Array | undefined {
  try {
    return gunzipSync(packed, { maxOutputLength: Math.min(limit, small.unpacked) });
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw asArtifactError(cause);
  }
}

async function gunzip(archive: Archive, unpacked: string, limit: number, signal: AbortSignal): Promise<void> {
  let size = 0;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      size += chunk.byteLength;
      if (size > limit) throw new ArtifactError(`the archive unpacks to more than ${limit} bytes`);
      yield chunk;
    }
  };
  const into = createWriteStream(unpacked, { flags: 'wx', mode: 0o600 });
  try {
    const from = typeof archive === 'string' ? createReadStream(archive) : Readable.from([archive.bytes]);
    await pipeline(from, createGunzip(), counted, into, { signal });
  } catch (cause) {
    throw asArtifactError(cause);
  }
}

/** What zlib says of an archive that is none. */
function asArtifactError(cause: unknown): unknown {
  if (!(cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_'))) return cause;
  return new ArtifactError('requires gzip-compressed body: the archive cannot be unpacked', { cause });
}

function bytesOf(handle: number): ArchiveBytes {
  const length = fstatSync(handle).size;
  return {
    length,
    subarray(start, end) {
      const bytes = Buffer.alloc(Math.max(0, Math.min(end, length) - start));
      for (let at = 0; at < bytes.length; ) {
        const read = readSync(handle, bytes, at, bytes.length - at, start + at);
        if (read === 0) return bytes.subarray(0, at);
        at += read;
      }
      return bytes;
    },
  };
}
