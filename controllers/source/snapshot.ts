import { type ArchiveFile, ignoreFile, ignores, packArchive } from '@millrace/artifact';
import type { Repository, TreeEntry } from '@millrace/git';

export interface SnapshotRules {
  /** spec.ignore. */
  ignore?: string | undefined;
  /** spec.sparseCheckout: only these folders. */
  folders?: string[] | undefined;
}

/** What a commit holds may be large; an artifact is for manifests. */
const sizeLimit = 500 * 2 ** 20;

/** The archive of a commit, without what the rules leave out. Links and submodules are left out, as Flux does. */
export async function snapshot(
  repository: Repository,
  commit: string,
  rules: SnapshotRules,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const all = (await repository.entries(commit, signal)).filter(
    ({ path, kind }) => isPlain(kind) && isWanted(path, rules.folders),
  );
  const ruleEntries = all.filter(({ path }) => path === ignoreFile || path.endsWith(`/${ignoreFile}`));
  const ruleTexts = await repository.read(ruleEntries, signal);
  const files = Object.fromEntries(
    ruleEntries.map(({ path }, i) => [path, new TextDecoder().decode(ruleTexts[i])]),
  );
  const leftOut = ignores({ files, spec: rules.ignore });
  const kept = all.filter(({ path }) => !leftOut(path));
  const size = kept.reduce((sum, entry) => sum + entry.size, 0);
  if (size > sizeLimit)
    throw new RangeError(`the files of the commit take ${size} bytes; an artifact may take ${sizeLimit}`);
  const contents = await repository.read(kept, signal);
  return packArchive(
    kept.map(
      (entry, i): ArchiveFile => ({
        path: entry.path,
        content: contents[i]!,
        executable: entry.kind === 'executable',
      }),
    ),
  );
}

function isPlain(kind: TreeEntry['kind']): boolean {
  return kind === 'file' || kind === 'executable';
}

function isWanted(path: string, folders: string[] | undefined): boolean {
  if (!folders?.length) return true;
  return folders.some(folder => {
    const prefix = folder.replace(/^\.?\/+/, '').replace(/\/+$/, '');
    return prefix === '' || prefix === '.' || path.startsWith(`${prefix}/`);
  });
}
