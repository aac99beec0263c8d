import { closeSync, createReadStream, createWriteStream, fstatSync, openSync, readSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import {
  type ArchiveFile,
  ArtifactError,
  defaultLimits,
  foldersOf,
  ignoreFile,
  ignores,
  inOrderOfWalk,
  type Limits,
  type Written,
  writeArchive,
} from '@millrace/artifact';
import type { ArchiveBytes } from '@millrace/tar';
import { type LayerFile, type LayerTree, treeOf } from './layer-tree.ts';

/** Bytes of the `.sourceignore` files of a layer. */
const largestRules = 4 * 2 ** 20;

/**
 * Write the files of a layer, a `.tar.gz`, to a new archive, without what the rules leave out. The unpacked layer lies
 * beside it meanwhile, and in memory is no more than a piece of it. Throws ArtifactError for what no artifact may hold,
 * and TarError.
 */
export async function writeLayer(
  layer: string,
  ignore: string | undefined,
  file: string,
  signal: AbortSignal,
  limits: Limits = defaultLimits,
): Promise<Written> {
  const unpacked = `${layer}.tar.tmp`;
  try {
    await gunzip(layer, unpacked, limits.total, signal);
    const handle = openSync(unpacked, 'r');
    try {
      const archive = bytesOf(handle);
      return await writeTree(treeOf(archive, limits), archive, ignore, file, signal);
    } finally {
      closeSync(handle);
    }
  } finally {
    await rm(unpacked, { force: true });
  }
}

function writeTree(
  { files, folders }: LayerTree,
  archive: ArchiveBytes,
  ignore: string | undefined,
  file: string,
  signal: AbortSignal,
): Promise<Written> {
  const isLeftOut = ignores({ files: rulesIn(files, archive), spec: ignore });
  const kept = [...files].map(([path, entry]) => ({ path, entry })).filter(({ path }) => !isLeftOut(path));
  // Flux walks the unpacked layer: a folder is an entry, whether a file is left in it or not.
  const all = foldersOf([...files.keys(), ...[...folders].map(folder => `${folder}/`)]);
  const walked = all.filter(path => !isLeftOut(`${path}/`));
  return writeArchive(contents(inOrderOfWalk(kept), archive), walked, file, signal);
}

async function gunzip(layer: string, unpacked: string, limit: number, signal: AbortSignal): Promise<void> {
  let size = 0;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      size += chunk.byteLength;
      if (size > limit) throw new ArtifactError(`the layer unpacks to more than ${limit} bytes`);
      yield chunk;
    }
  };
  const into = createWriteStream(unpacked, { flags: 'wx', mode: 0o600 });
  try {
    await pipeline(createReadStream(layer), createGunzip(), counted, into, { signal });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_'))) throw cause;
    throw new ArtifactError('requires gzip-compressed body: the layer cannot be unpacked', { cause });
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

function rulesIn(files: ReadonlyMap<string, LayerFile>, archive: ArchiveBytes): Record<string, string> {
  const rules: Record<string, string> = Object.create(null);
  let size = 0;
  for (const [path, file] of files) {
    if (path !== ignoreFile && !path.endsWith(`/${ignoreFile}`)) continue;
    size += file.size;
    if (size > largestRules)
      throw new ArtifactError(`the ${ignoreFile} files of the layer take more than ${largestRules} bytes`);
    rules[path] = Buffer.from(archive.subarray(file.offset, file.offset + file.size)).toString('utf8');
  }
  return rules;
}

/** By how much is read at once. */
const piece = 256 * 1024;

async function* contents(
  files: { path: string; entry: LayerFile }[],
  archive: ArchiveBytes,
): AsyncGenerator<ArchiveFile> {
  for (const {
    path,
    entry: { offset, size, executable },
  } of files) {
    const chunks = function* () {
      for (let at = 0; at < size; at += piece)
        yield archive.subarray(offset + at, offset + Math.min(size, at + piece));
    };
    yield { path, executable, size, chunks: chunks() };
  }
}
