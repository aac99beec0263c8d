import { GitError } from './errors.ts';

/** A file of a commit. */
export interface TreeEntry {
  path: string;
  /** The object's name in the repository. */
  object: string;
  kind: 'file' | 'executable' | 'link' | 'submodule';
  /** Bytes; 0 for a submodule. */
  size: number;
}

const kinds: Record<string, TreeEntry['kind']> = {
  '100755': 'executable',
  '120000': 'link',
  '160000': 'submodule',
};

/** `<mode> <type> <object> <size>\t<path>`, git-ls-tree's long form. Throws GitError for names that no checkout could hold. */
export function parseEntry(line: string): TreeEntry {
  const tab = line.indexOf('\t');
  const [mode = '', , object = '', size = ''] = line.slice(0, tab).split(/ +/);
  const path = line.slice(tab + 1);
  const isBad = path.split('/').some(name => /^\.{0,2}$|^\.git$/i.test(name));
  if (tab < 0 || isBad)
    throw new GitError('other', `the commit holds a file of the impossible name ${JSON.stringify(path)}`);
  return { path, object, kind: kinds[mode] ?? 'file', size: Number(size) || 0 };
}
