import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { tarEnd, tarHeader, tarPadding } from '@millrace/tar';

/** A file on its way into an archive. Paths are relative, with `/` between their parts. */
export interface ArchiveFile {
  path: string;
  executable?: boolean;
  /** Bytes, as many as the chunks hold. */
  size: number;
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/**
 * A gzip-compressed tar of the files, in their order, without owners and times: the same files give the same bytes,
 * and so the same digest. Written to a new file that only we can read, and synced.
 */
export async function writeArchive(
  files: AsyncIterable<ArchiveFile>,
  path: string,
  signal: AbortSignal,
): Promise<{ digest: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  const handle = await open(path, 'wx', 0o600);
  try {
    await compress(files, signal, async chunk => {
      hash.update(chunk);
      size += chunk.byteLength;
      await handle.writeFile(chunk);
    });
    await handle.sync();
    return { digest: `sha256:${hash.digest('hex')}`, size };
  } finally {
    await handle.close();
  }
}

/** The same of what is in memory, sorted by path. */
export async function packArchive(
  files: Iterable<{ path: string; content: Uint8Array; executable?: boolean }>,
): Promise<Uint8Array> {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const all = async function* () {
    for (const { content, ...file } of sorted) yield { ...file, size: content.byteLength, chunks: [content] };
  };
  const parts: Uint8Array[] = [];
  await compress(all(), new AbortController().signal, async chunk => void parts.push(chunk));
  return Buffer.concat(parts);
}

async function compress(
  files: AsyncIterable<ArchiveFile>,
  signal: AbortSignal,
  take: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  await pipeline(
    Readable.from(archived(files), { objectMode: false }),
    gzip,
    async chunks => {
      for await (const chunk of chunks as AsyncIterable<Uint8Array>) await take(chunk);
    },
    { signal },
  );
}

/** Bytes that are compressed at once: each turn of the compressor costs more than a small file does. */
const portion = 256 * 1024;

async function* archived(files: AsyncIterable<ArchiveFile>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let held = 0;
  const hold = (piece: Uint8Array) => {
    waiting.push(piece);
    held += piece.byteLength;
    return held >= portion;
  };
  const release = () => {
    const bytes = Buffer.concat(waiting, held);
    waiting = [];
    held = 0;
    return bytes;
  };
  for await (const { path, executable, size, chunks } of files) {
    hold(tarHeader({ name: path, mode: executable ? 0o755 : 0o644, size }));
    for await (const chunk of chunks) if (hold(chunk)) yield release();
    if (hold(tarPadding(size))) yield release();
  }
  hold(tarEnd());
  yield release();
}
