import {
  type ArchiveFile,
  foldersOf,
  ignoreFile,
  ignores,
  inOrderOfWalk,
  type Written,
  writeArchive,
} from '@millrace/artifact';
import type { Repository, TreeEntry } from '@millrace/git';

export interface SnapshotRules {
  /** spec.ignore. */
  ignore?: string | undefined;
  /** spec.sparseCheckout: only these folders. */
  folders?: string[] | undefined;
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
 * Write the archive of a commit, without what the rules leave out, to a new file. Links and submodules are left out, as
 * Flux does. No more than a chunk of a file is in memory. Throws SnapshotRefused, GitError, ArtifactError.
 */
export async function writeSnapshot(
  repository: Repository,
  commit: string,
  rules: SnapshotRules,
  file: string,
  signal: AbortSignal,
  limits = snapshotLimits,
): Promise<Written> {
  const only = await requireFolders(repository, commit, rules.folders, signal);
  const found = await listFiles(repository, commit, only, signal, limits);
  const all = found.filter(({ kind }) => kind !== 'link');
  const isLeftOut = ignores({ files: await readRules(repository, all, signal, limits), spec: rules.ignore });
  const kept = all.filter(({ path }) => !isLeftOut(path));
  const size = kept.reduce((sum, entry) => sum + entry.size, 0);
  if (size > limits.bytes)
    throw new SnapshotRefused(
      `the files of the commit take ${size} bytes, and an artifact at most ${limits.bytes}: leave some out with spec.ignore`,
    );
  // Flux walks the checkout: a folder that is left with no file is an entry all the same.
  const folders = foldersOf(found.map(({ path }) => path)).filter(path => !isLeftOut(`${path}/`));
  return writeArchive(contents(repository, inOrderOfWalk(kept), signal), folders, file, signal);
}

/** The folders of spec.sparseCheckout, as git writes them. A folder that is missing must not become an empty artifact. */
async function requireFolders(
  repository: Repository,
  commit: string,
  folders: string[] = [],
  signal: AbortSignal,
): Promise<string[]> {
  const normal = folders.map(normalFolder);
  if (normal.includes('')) return [];
  for (const [i, folder] of normal.entries()) {
    if (await repository.hasFolder(commit, folder, signal)) continue;
    throw new SnapshotRefused(
      `failed to sparse checkout directories : sparse checkout dir '${folders[i]}' does not exist in repository`,
    );
  }
  return normal;
}

/** `./apps//a/` is `apps/a`; the root is the empty string. */
function normalFolder(folder: string): string {
  const parts = folder.split('/').filter(part => part !== '' && part !== '.');
  if (parts.includes('..'))
    throw new SnapshotRefused(`spec.sparseCheckout: '${folder}' leads out of the repository`);
  return parts.join('/');
}

async function listFiles(
  repository: Repository,
  commit: string,
  folders: string[],
  signal: AbortSignal,
  limits: SnapshotLimits,
): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  let seen = 0;
  for await (const entry of repository.entries(commit, signal, folders)) {
    if (++seen > limits.files)
      throw new SnapshotRefused(
        `the commit holds more than ${limits.files} files: name the folders that matter in spec.sparseCheckout`,
      );
    if (entry.kind !== 'submodule') entries.push(entry);
  }
  return entries;
}

async function readRules(
  repository: Repository,
  all: TreeEntry[],
  signal: AbortSignal,
  limits: SnapshotLimits,
): Promise<Record<string, string>> {
  const entries = all.filter(({ path }) => path === ignoreFile || path.endsWith(`/${ignoreFile}`));
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (size > limits.rules)
    throw new SnapshotRefused(`the ${ignoreFile} files take ${size} bytes, and may take ${limits.rules}`);
  const files: Record<string, string> = Object.create(null);
  if (entries.length === 0) return files;
  for await (const { entry, chunks } of repository.read(entries, signal))
    files[entry.path] = Buffer.concat(await Array.fromAsync(chunks)).toString('utf8');
  return files;
}

async function* contents(
  repository: Repository,
  entries: TreeEntry[],
  signal: AbortSignal,
): AsyncGenerator<ArchiveFile> {
  if (entries.length === 0) return;
  for await (const { entry, chunks } of repository.read(entries, signal))
    yield { path: entry.path, executable: entry.kind === 'executable', size: entry.size, chunks };
}
