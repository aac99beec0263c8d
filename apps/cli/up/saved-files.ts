import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitCommand, git, type Setting } from '@millrace/git';
import { CliError } from '../cli-error.ts';

/** The files of a checkout as they are saved, as commits of a repository of our own. */
export interface SavedFiles {
  /** A commit on top of `head` with the files as they are; `head` itself where they are the same. */
  commit(head: string): Promise<string>;
  /** The paths that the last commit was made of. */
  paths(): string[];
}

const author: Setting[] = [
  ['user.name', 'Millrace'],
  ['user.email', 'millrace@localhost'],
];

/** More files than a fleet has. */
const mostFiles = 250_000;

/** Attributes of the checkout change nothing: a file is the bytes that it holds. These stand above all others. */
const attributes = '* !text !eol !crlf !ident !filter !working-tree-encoding\n';

/**
 * Which files there are is git's own judgement: what the last commit has, and what no .gitignore leaves out. Nested
 * repositories are passed over, their configuration is not read. Git runs in our own repository, so that the checkout
 * names no filter, hook or monitor.
 */
export async function savedFiles(root: string, bare: string, signal: AbortSignal): Promise<SavedFiles> {
  await mkdir(join(bare, 'info'), { recursive: true, mode: 0o700 });
  await writeFile(join(bare, 'info', 'attributes'), attributes, { mode: 0o600 });
  const index = join(bare, 'millrace-index');
  const run = async (args: string[], more: Partial<GitCommand> = {}) => {
    const environment = { GIT_DIR: bare, GIT_WORK_TREE: root, GIT_INDEX_FILE: index, ...more.environment };
    const what = `unable to follow ${root}`;
    const output = await git({ what, signal, ...more, args: ['-C', root, ...args], environment });
    return output.toString('utf8');
  };
  const names = (text: string) => text.split('\0').filter(Boolean);
  let paths: string[] = [];

  /** What is neither committed nor ignored; a nested repository is listed as `folder/`. */
  const untracked = async () => {
    const environment = { GIT_INDEX_FILE: join(bare, 'no-index') };
    const listed = names(await run(['ls-files', '-z', '--others', '--exclude-standard'], { environment }));
    return listed.filter(path => !path.endsWith('/'));
  };

  return {
    paths: () => paths,
    async commit(head) {
      const tree = names(await run(['ls-tree', '-r', '-z', '--full-tree', head])).map(parseTreeEntry);
      const submodules = tree.filter(({ mode }) => mode === '160000');
      const committed = tree.filter(({ mode }) => mode !== '160000').map(({ path }) => path);
      const files = [...new Set([...committed, ...(await untracked())])];
      if (files.length > mostFiles) throw new CliError(`${root} has more than ${mostFiles} files`);
      const kept = new Set([...files, ...submodules.map(({ path }) => path)]);
      const gone = names(await run(['ls-files', '-z', '--cached'])).filter(path => !kept.has(path));
      const update = (options: string[], input: string) => run(['update-index', '-z', ...options], { input });
      if (gone.length > 0) await update(['--force-remove', '--stdin'], joined(gone));
      if (submodules.length > 0)
        await update(
          ['--index-info'],
          joined(submodules.map(({ object, path }) => `160000 ${object} 0\t${path}`)),
        );
      await update(['--add', '--remove', '--replace', '--stdin'], joined(files));
      paths = files;
      const saved = (await run(['write-tree'])).trim();
      if (saved === (await run(['rev-parse', `${head}^{tree}`])).trim()) return head;
      // The same files give the same commit.
      const environment = { GIT_AUTHOR_DATE: '@0 +0000', GIT_COMMITTER_DATE: '@0 +0000' };
      const args = ['commit-tree', saved, '-p', head, '-m', 'Files as they are saved'];
      return (await run(args, { settings: author, environment })).trim();
    },
  };
}

const joined = (lines: string[]) => lines.map(line => `${line}\0`).join('');

/** `<mode> <type> <object>\t<path>` */
function parseTreeEntry(line: string): { mode: string; object: string; path: string } {
  const tab = line.indexOf('\t');
  const [mode = '', , object = ''] = line.slice(0, tab).split(' ');
  return { mode, object, path: line.slice(tab + 1) };
}
