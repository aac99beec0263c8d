import { Readable } from 'node:stream';
import {
  type ArchiveFile,
  foldersOf,
  ignoreFile,
  ignores,
  inOrderOfWalk,
  type Written,
  writeArchive,
} from '@millrace/artifact/files';
import { localRepository, type Repository } from '@millrace/git/local';
import {
  filesOfArtifact,
  filesOfCommit,
  linkOfSubmodule,
  type Part,
  type PartFile,
  type PartSource,
} from './parts.ts';

export interface SnapshotRules {
  /** spec.ignore. */
  ignore?: string | undefined;
  /** spec.sparseCheckout: only these folders and files. */
  folders?: string[] | undefined;
}

/** What an archive is made of. */
export interface SnapshotContent {
  /** The folder of the local copy. */
  repository: string;
  commit: string;
  rules: SnapshotRules;
  /** Submodules and includes, in the order of the spec. */
  parts?: Part[] | undefined;
}

/** What a commit holds may be large; an artifact is for manifests. */
export interface SnapshotLimits {
  /** Files that are looked at, those that the rules leave out among them. */
  files: number;
  /** Bytes of all that are kept. */
  bytes: number;
  /** Bytes of the `.sourceignore` files. */
  rules: number;
}

export const snapshotLimits: SnapshotLimits = { files: 250_000, bytes: 500 * 2 ** 20, rules: 4 * 2 ** 20 };

/** The commit cannot be made an artifact of. The message says why, and what to do. */
export class SnapshotRefused extends Error {
  override readonly name = 'SnapshotRefused';
}

/**
 * Write the archive of a commit and its parts, without what the rules leave out, to a new file. Links are left out, and
 * submodules that are no part are empty folders, as Flux has them. No more than a chunk of a file is in memory. Throws
 * SnapshotRefused, CopyFailed, GitError, ArtifactError.
 */
export async function writeSnapshot(
  { repository, commit, rules, parts }: SnapshotContent,
  file: string,
  signal: AbortSignal,
  limits = snapshotLimits,
): Promise<Written> {
  const only = await requireFolders(localRepository(repository), commit, rules.folders, signal);
  const found = await listFiles({ repository, commit, only, parts }, signal, limits);
  const all = found.files.filter(({ kind }) => kind !== 'link');
  const isLeftOut = ignores({ files: await readRules(all, signal, limits), spec: rules.ignore });
  const kept = all.filter(({ path }) => !isLeftOut(path));
  const size = kept.reduce((sum, entry) => sum + entry.size, 0);
  if (size > limits.bytes)
    throw new SnapshotRefused(
      `the files of the commit take ${size} bytes, and an artifact at most ${limits.bytes}: leave some out with spec.ignore`,
    );
  // Flux walks the checkout: a folder that is left with no file is an entry all the same.
  const paths = [...foldersOf(found.files.map(({ path }) => path)), ...found.folders];
  const folders = [...new Set(paths)].filter(path => !isLeftOut(`${path}/`)).map(path => ({ path }));
  const names = inOrderOfWalk(folders).map(({ path }) => path);
  return writeArchive(contents(inOrderOfWalk(kept), signal), names, file, signal);
}

/** What spec.sparseCheckout names, as git writes it. What is missing must not become an empty artifact. */
async function requireFolders(
  repository: Repository,
  commit: string,
  folders: string[] = [],
  signal: AbortSignal,
): Promise<string[]> {
  const normal = sparsePaths(folders);
  for (const [i, folder] of normal.entries()) {
    if (await repository.has(commit, folder, signal)) continue;
    throw new SnapshotRefused(
      `failed to sparse checkout directories : sparse checkout dir '${folders[i]}' does not exist in repository`,
    );
  }
  return normal;
}

/** Paths as git writes them; none where the root is among them, which is all. Throws SnapshotRefused. */
export function sparsePaths(folders: string[] = []): string[] {
  const normal = folders.map(normalFolder);
  return normal.includes('') ? [] : normal;
}

/** `./apps//a/` is `apps/a`; the root is the empty string. */
function normalFolder(folder: string): string {
  const parts = folder.split('/').filter(part => part !== '' && part !== '.');
  if (parts.includes('..'))
    throw new SnapshotRefused(`spec.sparseCheckout: '${folder}' leads out of the repository`);
  return parts.join('/');
}

/** All that a checkout would hold, and the folders in which there may be nothing. */
async function listFiles(
  {
    repository,
    commit,
    only,
    parts = [],
  }: { repository: string; commit: string; only: string[]; parts?: Part[] | undefined },
  signal: AbortSignal,
  limits: SnapshotLimits,
): Promise<{ files: PartFile[]; folders: string[] }> {
  const files: PartFile[] = [];
  const folders: string[] = [];
  let seen = 0;
  const take = async (entries: AsyncIterable<PartFile>) => {
    for await (const entry of entries) {
      if (++seen > limits.files)
        throw new SnapshotRefused(
          `the commit holds more than ${limits.files} files: name the folders that matter in spec.sparseCheckout`,
        );
      if (entry.kind === 'submodule') folders.push(...foldersOf([`${entry.path}/x`]));
      else files.push(entry);
    }
  };
  await take(filesOfCommit(repository, commit, '', signal, only));
  for (const part of parts) {
    if (part.kind !== 'commit') continue;
    await take(linkOfSubmodule(part));
    await take(filesOfCommit(part.repository, part.commit, part.at, signal));
  }
  for (const part of parts) {
    if (part.kind !== 'artifact') continue;
    const included = await filesOfArtifact(part, path => isTaken(files, path));
    await take(Readable.from(included.files));
    folders.push(...included.folders);
  }
  return { files, folders };
}

/** Something lies there, below it, or on the way to it. */
function isTaken(files: PartFile[], path: string): boolean {
  return files.some(
    file => file.path === path || file.path.startsWith(`${path}/`) || path.startsWith(`${file.path}/`),
  );
}

async function readRules(
  all: PartFile[],
  signal: AbortSignal,
  limits: SnapshotLimits,
): Promise<Record<string, string>> {
  const entries = all.filter(({ path }) => path === ignoreFile || path.endsWith(`/${ignoreFile}`));
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (size > limits.rules)
    throw new SnapshotRefused(`the ${ignoreFile} files take ${size} bytes, and may take ${limits.rules}`);
  const files: Record<string, string> = Object.create(null);
  for await (const { path, chunks } of contents(entries, signal))
    files[path] = Buffer.concat(await Array.fromAsync(chunks)).toString('utf8');
  return files;
}

/** Each source is read once, in its own order; whose turn it is is told by the files. */
async function* contents(files: PartFile[], signal: AbortSignal): AsyncGenerator<ArchiveFile> {
  const readers = new Map<PartSource, AsyncIterator<{ chunks: AsyncIterable<Uint8Array> }>>();
  const bySource = Map.groupBy(files, ({ source }) => source);
  try {
    for (const { path, kind, size, source } of files) {
      const reader =
        readers.get(source) ??
        source
          .read(
            bySource.get(source)!.map(({ entry }) => entry),
            signal,
          )
          [Symbol.asyncIterator]();
      readers.set(source, reader);
      const next = await reader.next();
      if (next.done) throw new TypeError(`nothing was read of ${path}`);
      yield { path, executable: kind === 'executable', size, chunks: next.value.chunks };
    }
  } finally {
    for (const reader of readers.values()) await reader.return?.();
  }
}
