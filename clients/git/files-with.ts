import { GitError } from './errors.ts';
import { git } from './run.ts';
import { parseEntry, type TreeEntry } from './tree-entry.ts';

/** Characters of names that one command is given: less than any system allows. */
const mostNames = 64 * 1024;

/**
 * The files of a commit that hold a text. What does not hold it costs no more than git's own look.
 * Throws GitError.
 * @param path of the local copy @param below a folder or a file; all where it is empty
 */
export async function filesWith(
  path: string,
  { commit, text, below }: { commit: string; text: string; below: string },
  signal: AbortSignal,
): Promise<TreeEntry[]> {
  const what = 'unable to search the files';
  const environment = { GIT_LITERAL_PATHSPECS: '1' };
  const entriesOf = async (names: string[]) => {
    const args = ['-C', path, 'ls-tree', '-z', '-l', '--full-tree', commit, '--', ...names];
    return lines(await git({ args, what, environment, signal })).map(parseEntry);
  };
  if (below !== '') {
    const [found] = await entriesOf([below]);
    const name = JSON.stringify(below);
    if (!found) throw new GitError('not found', `there is no ${name} in the commit`);
    if (found.kind === 'link')
      throw new GitError('not found', `${name} is a link in the commit: name what it leads to`);
  }
  const within = below === '' ? [] : [below];
  const grep = ['grep', '--files-with-matches', '-z', '--full-name', '--fixed-strings', '-e', text];
  const found = await git({
    args: ['-C', path, ...grep, commit, '--', ...within],
    what,
    environment,
    codes: [0, 1], // 1: in no file
    signal,
  });
  const names = lines(found).map(line => line.slice(commit.length + 1));
  const entries: TreeEntry[] = [];
  for (const some of portions(names)) entries.push(...(await entriesOf(some)));
  return entries.filter(({ kind }) => kind === 'file' || kind === 'executable');
}

const lines = (output: Buffer) =>
  output
    .toString('utf8')
    .split('\0')
    .filter(line => line !== '');

function portions(names: string[]): string[][] {
  const all: string[][] = [];
  let size = mostNames;
  for (const name of names) {
    size += name.length;
    if (size > mostNames) {
      all.push([]);
      size = name.length;
    }
    all.at(-1)!.push(name);
  }
  return all;
}
