import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { defaultLimits, foldersOf } from '@millrace/artifact/files';
import { localRepository, type TreeEntry } from '@millrace/git/local';
import { type Entry, readTar } from '@millrace/tar';

/** Where an archive has something from beside the commit: a submodule's commit, or another repository's artifact. */
export type Part =
  | {
      kind: 'commit';
      at: string;
      repository: string;
      commit: string;
      /** Where git would keep it, below the folder of the parent: `.git/modules/<name>`. */
      gitFolder: string;
    }
  | { kind: 'artifact'; at: string; name: string; file: string; from: string };

/** A file on its way into an archive. */
export interface PartFile {
  path: string;
  kind: TreeEntry['kind'];
  size: number;
  source: PartSource;
  /** As its source knows it. */
  entry: TreeEntry;
}

export interface PartSource {
  /** The contents of the files, in the order of the entries. */
  read(entries: TreeEntry[], signal: AbortSignal): AsyncIterable<{ chunks: AsyncIterable<Uint8Array> }>;
}

/** The included artifact is not as the spec wants it. */
export class CopyFailed extends Error {
  override readonly name = 'CopyFailed';
}

/** The files of a commit, below a folder of the archive. Throws GitError. */
export async function* filesOfCommit(
  repository: string,
  commit: string,
  at: string,
  signal: AbortSignal,
  folders: string[] = [],
): AsyncGenerator<PartFile> {
  const source = localRepository(repository);
  const prefix = at === '' ? '' : `${at}/`;
  for await (const entry of source.entries(commit, signal, folders))
    yield { path: prefix + entry.path, kind: entry.kind, size: entry.size, source, entry };
}

/**
 * What a checkout has in the place of a submodule's `.git` folder. Flux leaves out folders of that name, and takes the
 * file along: without it digests would be others.
 */
export async function* linkOfSubmodule({
  at,
  gitFolder,
}: Part & { kind: 'commit' }): AsyncGenerator<PartFile> {
  const path = `${at}/.git`;
  const content = Buffer.from(`gitdir: ${posix.relative(at, gitFolder)}\n`);
  const entry = { path, object: path, kind: 'file' as const, size: content.length };
  yield { path, kind: 'file', size: content.length, source: fromMemory(new Map([[path, content]])), entry };
}

/**
 * The files of an artifact that lies in the store, from one of its folders, or one file, and the folders of them. Where
 * it goes nothing may be but an empty folder, as Flux moves it there. Throws CopyFailed.
 */
export async function filesOfArtifact(
  { at, from, name, file }: Part & { kind: 'artifact' },
  isTaken: (path: string) => boolean,
): Promise<{ files: PartFile[]; folders: string[] }> {
  const [to, start] = [inside(at), inside(from)];
  const problem = (why: string) =>
    new CopyFailed(`failed to copy '${name}' include from ${from} to ${at}: ${why}`);
  if (to === '' || isTaken(to)) throw problem('the destination already exists');
  const entries = await entriesOf(file).catch(cause => {
    throw problem(cause instanceof Error ? cause.message : String(cause));
  });
  const contents = new Map<string, Uint8Array>();
  const source = fromMemory(contents);
  const files: PartFile[] = [];
  const folders: string[] = [];
  for (const { name: path, type, mode, content } of entries) {
    const below = pathBelow(inside(path), start);
    if (below === undefined) continue;
    const target = below === '' ? to : `${to}/${below}`;
    if (type === 'folder') folders.push(target);
    if (type !== 'file') continue;
    const kind = (mode & 0o111) === 0 ? 'file' : 'executable';
    const size = content.byteLength;
    contents.set(target, content);
    files.push({ path: target, kind, size, source, entry: { path: target, object: target, kind, size } });
  }
  if (files.length === 0 && folders.length === 0)
    throw problem(`its artifact has no ${JSON.stringify(from)}`);
  return { files, folders: [...folders, ...foldersOf([to, ...files.map(({ path }) => path)])] };
}

async function entriesOf(file: string): Promise<Entry[]> {
  const bytes = gunzipSync(await readFile(file), { maxOutputLength: defaultLimits.total });
  return [...readTar(bytes)];
}

/** The rest of a path below a folder; empty for itself, undefined where it lies elsewhere. */
function pathBelow(path: string, folder: string): string | undefined {
  if (folder === '') return path;
  if (path === folder) return '';
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}

function fromMemory(contents: Map<string, Uint8Array>): PartSource {
  return {
    async *read(entries) {
      for (const { object } of entries) {
        const content = contents.get(object) ?? new Uint8Array();
        yield { chunks: Readable.from([content]) };
      }
    },
  };
}

/** A path that stays inside, as a root that one cannot leave would have it. */
export function inside(path: string): string {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  return kept.join('/');
}
