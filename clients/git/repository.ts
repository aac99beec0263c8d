import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GitError } from './errors.ts';
import { type Remote, urlOf, withAccess } from './remote.ts';
import { configuration, git } from './run.ts';

/** A file of a commit. */
export interface TreeEntry {
  path: string;
  /** The object's name in the repository. */
  object: string;
  kind: 'file' | 'executable' | 'link' | 'submodule';
  /** Bytes; 0 for a submodule. */
  size: number;
}

/** A local copy of what was fetched from remotes: bare, shallow, and expendable. */
export interface Repository {
  /** Bring one commit here. `reference` is a full name, or a commit. Returns the commit. */
  fetch(remote: Remote, reference: string, signal: AbortSignal): Promise<string>;
  entries(commit: string, signal: AbortSignal): Promise<TreeEntry[]>;
  /** The contents of files, in the order of the entries. */
  read(entries: TreeEntry[], signal: AbortSignal): Promise<Uint8Array[]>;
  /** The first line of the commit's message. */
  subject(commit: string, signal: AbortSignal): Promise<string>;
  remove(): Promise<void>;
}

const isCommit = (reference: string) => /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(reference);

/** @param path of the folder that holds the copy; made when it is first needed */
export function localRepository(path: string): Repository {
  const local = (args: string[], what: string, signal: AbortSignal, input?: string) =>
    git({
      args: ['-C', path, ...args],
      what,
      environment: configuration([['safe.directory', '*']]),
      signal,
      ...(input ? { input } : {}),
    });

  const fetchOnce = async (remote: Remote, reference: string, signal: AbortSignal) => {
    if (!existsSync(join(path, 'HEAD'))) {
      await mkdir(path, { recursive: true });
      await local(['init', '--quiet', '--bare', '.'], 'unable to make a local copy', signal);
    }
    const what = `unable to clone '${remote.url}'`;
    const args = [
      '-C',
      path,
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-write-fetch-head',
      '--depth=1',
      '--force',
    ];
    const target = 'refs/millrace/fetched';
    args.push(urlOf(remote), `${reference}:${target}`);
    await withAccess(remote, environment => git({ args, what, environment, signal }));
    const commit = await local(['rev-parse', '--verify', `${target}^{commit}`], what, signal);
    return commit.toString('utf8').trim();
  };

  return {
    async fetch(remote, reference, signal) {
      try {
        return await fetchOnce(remote, reference, signal);
      } catch (error) {
        // A copy that a killed process left half-written, or locked, is made anew.
        if (!(error instanceof GitError) || error.failure !== 'other') throw error;
        await rm(path, { recursive: true, force: true });
        return fetchOnce(remote, reference, signal);
      }
    },
    async entries(commit, signal) {
      if (!isCommit(commit)) throw new TypeError(`"${commit}" is no commit`);
      const listing = await local(
        ['ls-tree', '-r', '-z', '-l', '--full-tree', commit],
        'unable to list files',
        signal,
      );
      return listing.toString('utf8').split('\0').filter(Boolean).map(parseEntry);
    },
    async read(entries, signal) {
      if (entries.length === 0) return [];
      const input = `${entries.map(entry => entry.object).join('\n')}\n`;
      return parseBatch(await local(['cat-file', '--batch'], 'unable to read files', signal, input), entries);
    },
    async subject(commit, signal) {
      const text = await local(['log', '-1', '--format=%s', commit], 'unable to read the commit', signal);
      return text.toString('utf8').trim();
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

const kinds: Record<string, TreeEntry['kind']> = {
  '100755': 'executable',
  '120000': 'link',
  '160000': 'submodule',
};

/** `<mode> <type> <object> <size>\t<path>`, git-ls-tree's long form. */
function parseEntry(line: string): TreeEntry {
  const tab = line.indexOf('\t');
  const [mode = '', , object = '', size = ''] = line.slice(0, tab).split(/ +/);
  return { path: line.slice(tab + 1), object, kind: kinds[mode] ?? 'file', size: Number(size) || 0 };
}

/** `<object> <type> <size>\n<contents>\n` for each, git-cat-file's batch form. */
function parseBatch(output: Buffer, entries: TreeEntry[]): Uint8Array[] {
  let at = 0;
  return entries.map(({ path }) => {
    const end = output.indexOf(10, at);
    const [, type, size] = output.toString('utf8', at, end).split(' ');
    if (type !== 'blob') throw new GitError('other', `the file ${path} is missing from the repository`);
    const start = end + 1;
    at = start + Number(size) + 1;
    return output.subarray(start, start + Number(size));
  });
}
