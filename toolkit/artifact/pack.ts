import { createHash } from 'node:crypto';
import { GzipWriter } from '@millrace/gzip';
import { tarEnd, tarFolder, tarHeader, tarPadding } from '@millrace/tar';
import { disk } from './disk.ts';
import { foldersOf, inOrderOfWalk, isBefore } from './walk.ts';

/** A file on its way into an archive. Paths are relative, with `/` between their parts. */
export interface ArchiveFile {
  path: string;
  executable?: boolean;
  /** Bytes, as many as the chunks hold. */
  size: number;
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** Flux writes these, whatever the modes were: https://pkg.go.dev/github.com/fluxcd/pkg/artifact/storage */
const modes = { file: 0o600, executable: 0o700, folder: 0o750 };

/** By how much Go's io.Copy writes. The compressed bytes hang on it, and with them the digest. */
const copied = 32 * 1024;

/** Bytes that are gathered before they are written. */
const gathered = 256 * 1024;

/**
 * A gzip-compressed tar of the files and folders, without owners and times, as Flux's storage writes it: the same
 * content gives the same bytes, and so the same digest, there and here. Both come in the order of a walk. Written to a
 * new file that only we can read, and synced.
 */
export async function writeArchive(
  files: AsyncIterable<ArchiveFile>,
  folders: string[],
  path: string,
  signal: AbortSignal,
): Promise<{ digest: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  const handle = await disk.open(path, 'wx', 0o600);
  try {
    let held: Uint8Array[] = [];
    let waiting = 0;
    const flush = async () => {
      await handle.write(Buffer.concat(held));
      held = [];
      waiting = 0;
    };
    for await (const chunk of compressed(files, folders)) {
      signal.throwIfAborted();
      hash.update(chunk);
      size += chunk.byteLength;
      waiting += chunk.byteLength;
      held.push(chunk);
      if (waiting >= gathered) await flush();
    }
    await flush();
    await handle.sync();
    return { digest: `sha256:${hash.digest('hex')}`, size };
  } finally {
    await handle.close();
  }
}

/** The same of what is in memory, in any order, with the folders that hold it. */
export async function packArchive(
  files: Iterable<{ path: string; content: Uint8Array; executable?: boolean }>,
): Promise<Uint8Array> {
  const sorted = inOrderOfWalk([...files]);
  const all = async function* () {
    for (const { content, ...file } of sorted) yield { ...file, size: content.byteLength, chunks: [content] };
  };
  return Buffer.concat(await Array.fromAsync(compressed(all(), foldersOf(sorted.map(({ path }) => path)))));
}

/** A file, or without content a folder, as an archive is to have it. */
export interface ArchiveEntry {
  path: string;
  mode: number;
  content?: Pick<ArchiveFile, 'size' | 'chunks'>;
}

/** A gzip-compressed tar of entries in the order in which they come, without owners and times, as Go writes it. */
export async function* compressArchive(entries: AsyncIterable<ArchiveEntry>): AsyncGenerator<Uint8Array> {
  const gzip = new GzipWriter();
  for await (const piece of archived(entries)) {
    const chunk = gzip.write(piece);
    if (chunk.byteLength > 0) yield chunk;
  }
  yield gzip.end();
}

function compressed(files: AsyncIterable<ArchiveFile>, folders: string[]): AsyncGenerator<Uint8Array> {
  return compressArchive(entriesOf(files, folders));
}

async function* entriesOf(
  files: AsyncIterable<ArchiveFile>,
  folders: string[],
): AsyncGenerator<ArchiveEntry> {
  const folder = (path: string) => ({ path, mode: modes.folder });
  yield folder('.');
  let next = 0;
  for await (const { path, executable, size, chunks } of files) {
    for (; next < folders.length && isBefore(folders[next]!, path); next++) yield folder(folders[next]!);
    yield { path, mode: executable ? modes.executable : modes.file, content: { size, chunks } };
  }
  yield* folders.slice(next).map(folder);
}

async function* archived(entries: AsyncIterable<ArchiveEntry>): AsyncGenerator<Uint8Array> {
  for await (const { path, mode, content } of entries) {
    if (!content) {
      yield* tarFolder(path, mode);
      continue;
    }
    const { size, chunks } = content;
    yield* tarHeader({ name: path, mode, size });
    yield* inWritesOf(Math.max(1, Math.min(copied, size)), chunks);
    yield tarPadding(size);
  }
  yield* tarEnd();
}

/** The same bytes in pieces of one size, the last may be smaller. */
async function* inWritesOf(size: number, chunks: ArchiveFile['chunks']): AsyncGenerator<Uint8Array> {
  let piece = new Uint8Array(size);
  let held = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + size - held);
      piece.set(part, held);
      held += part.length;
      at += part.length;
      if (held < size) continue;
      yield piece;
      piece = new Uint8Array(size);
      held = 0;
    }
  }
  if (held > 0) yield piece.subarray(0, held);
}
