import { createReadStream } from 'node:fs';
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
import { type Entry, readTar } from '@millrace/tar';

/**
 * Write the files of a layer, a `.tar.gz`, to a new archive, without what the rules leave out. Symbolic links are left
 * out, as Flux does. Throws ArtifactError for what no artifact may hold, and TarError.
 */
export async function writeLayer(
  layer: string,
  ignore: string | undefined,
  file: string,
  signal: AbortSignal,
  limits: Limits = defaultLimits,
): Promise<Written> {
  const files = filesIn(await gunzip(layer, limits.total, signal), limits);
  const isLeftOut = ignores({ files: rulesIn(files), spec: ignore });
  const kept = [...files].map(([path, entry]) => ({ path, entry })).filter(({ path }) => !isLeftOut(path));
  const folders = foldersOf([...files.keys()]).filter(path => !isLeftOut(`${path}/`));
  return writeArchive(contents(inOrderOfWalk(kept)), folders, file, signal);
}

async function gunzip(layer: string, limit: number, signal: AbortSignal): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const take = async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) {
      size += chunk.byteLength;
      if (size > limit) throw new ArtifactError(`the layer unpacks to more than ${limit} bytes`);
      parts.push(chunk);
    }
  };
  try {
    await pipeline(createReadStream(layer), createGunzip(), take, { signal });
  } catch (cause) {
    if (cause instanceof ArtifactError) throw cause;
    throw new ArtifactError('requires gzip-compressed body: the layer cannot be unpacked', { cause });
  }
  return Buffer.concat(parts, size);
}

/** Of two files of one path the last counts, as it would on a disk. */
function filesIn(archive: Uint8Array, limits: Limits): Map<string, Entry> {
  const files = new Map<string, Entry>();
  let count = 0;
  for (const entry of readTar(archive)) {
    if (++count > limits.entries)
      throw new ArtifactError(`the layer holds more than ${limits.entries} files and folders`);
    const path = safePath(entry.name, limits);
    if (entry.type === 'file') files.set(path, entry);
    else if (entry.type !== 'folder' && entry.type !== 'symlink')
      throw new ArtifactError(
        `the entry ${JSON.stringify(path)} of the layer is a hard link, device or pipe: only files and folders are allowed`,
      );
  }
  return files;
}

function safePath(name: string, limits: Limits): string {
  const parts = name.split('/').filter(part => part !== '' && part !== '.');
  const isUnsafe = name.startsWith('/') || /[\\\0]/.test(name) || parts.includes('..');
  if (isUnsafe || name.length > limits.path || parts.length > limits.depth)
    throw new ArtifactError(
      `the layer has an entry with an invalid name: ${JSON.stringify(name.slice(0, 200))}`,
    );
  return parts.join('/');
}

function rulesIn(files: Map<string, Entry>): Record<string, string> {
  const rules: Record<string, string> = Object.create(null);
  for (const [path, { content }] of files)
    if (path === ignoreFile || path.endsWith(`/${ignoreFile}`))
      rules[path] = Buffer.from(content).toString('utf8');
  return rules;
}

async function* contents(files: { path: string; entry: Entry }[]): AsyncGenerator<ArchiveFile> {
  for (const {
    path,
    entry: { content, mode },
  } of files)
    yield { path, executable: (mode & 0o111) !== 0, size: content.byteLength, chunks: [content] };
}
