import { closeSync, createReadStream, createWriteStream, fstatSync, openSync, readSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ArchiveBytes } from '@millrace/tar';
import { ArtifactError } from './limits.ts';

/** An archive that lies unpacked on the disk, and is read there. */
export interface Unpacked {
  bytes: ArchiveBytes;
  /** Nothing is left of it. */
  close(): Promise<void>;
}

/**
 * Unpack a `.tar.gz` to a file beside it: of what is in it no more than a piece is in memory. Throws ArtifactError for
 * what is none, or unpacks to more than the limit.
 */
export async function openUnpacked(archive: string, limit: number, signal: AbortSignal): Promise<Unpacked> {
  const unpacked = `${archive}.tar.tmp`;
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
  archive: string,
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

async function gunzip(archive: string, unpacked: string, limit: number, signal: AbortSignal): Promise<void> {
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
    await pipeline(createReadStream(archive), createGunzip(), counted, into, { signal });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_'))) throw cause;
    throw new ArtifactError('requires gzip-compressed body: the archive cannot be unpacked', { cause });
  }
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
