import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { printableLine } from '@millrace/plain-text';
import { ByteReader } from './byte-reader.ts';
import { GitError } from './errors.ts';
import { filesWith } from './files-with.ts';
import { forgetLastPush, type LastPush, lastPush, noteLastPush } from './last-push.ts';
import type { Push } from './push.ts';
import type { Remote } from './remote.ts';
import { git, startGit } from './run.ts';
import { parseEntry, type TreeEntry } from './tree-entry.ts';
import { type NewCommit, writeCommit } from './write-commit.ts';

/** A file of a commit with its content. The chunks of one are read before the next comes. */
export interface FileContent {
  entry: TreeEntry;
  chunks: AsyncIterable<Uint8Array>;
}

/** A local copy of what was fetched from remotes: bare, shallow, and expendable. */
export interface Repository {
  /** The folder that holds it. */
  readonly path: string;
  /** Bring one commit here. `reference` is a full name, or a commit. Returns the commit. */
  fetch(remote: Remote, reference: string, signal: AbortSignal): Promise<string>;
  /** The files of a commit, in git's order; where paths are named, only those, or what is below them. */
  entries(commit: string, signal: AbortSignal, paths?: string[]): AsyncIterable<TreeEntry>;
  /** Whether the commit has this file or folder. */
  has(commit: string, path: string, signal: AbortSignal): Promise<boolean>;
  /** The contents of files, in the order of the entries. */
  read(entries: TreeEntry[], signal: AbortSignal): AsyncIterable<FileContent>;
  /** The commit as git keeps it. */
  commit(commit: string, signal: AbortSignal): Promise<Buffer>;
  /** The tag that the last fetch has brought, as git keeps it; undefined where it was none with a word of its own. */
  tag(signal: AbortSignal): Promise<{ id: string; content: Buffer } | undefined>;
  /** The files of a commit that hold a text, in a folder or of a name; links are passed over. */
  filesWith(commit: string, text: string, path: string, signal: AbortSignal): Promise<TreeEntry[]>;
  /** Make a commit, which no reference has yet. Returns its name. */
  write(commit: NewCommit, signal: AbortSignal): Promise<string>;
  /** Hand a commit to a remote. Throws GitError, 'outrun' where the branch is another there meanwhile. */
  push(remote: Remote, push: Push, signal: AbortSignal): Promise<void>;
  /**
   * What was last handed to a remote that has not refused it. Of one that was ended in the midst of it nobody knows
   * whether it was taken.
   */
  lastPush(signal: AbortSignal): Promise<LastPush | undefined>;
  forgetLastPush(signal: AbortSignal): Promise<void>;
  /** The first line of the commit's message, fit to be shown. */
  subject(commit: string, signal: AbortSignal): Promise<string>;
  remove(): Promise<void>;
}

/** A path can be as long as those of Linux. */
const longestPath = 4096;

/** Packs of a copy after which it is made anew: each fetch adds one. */
const mostPacks = 50;

const fetched = 'refs/millrace/fetched';

/** Bytes of a commit or a tag: their messages are for people. */
const longestObject = 4 * 2 ** 20;

/** @param path of the folder that holds the copy; made when it is first needed */
export function localRepository(path: string): Repository {
  const local = (args: string[], what: string, signal: AbortSignal) =>
    git({ args: ['-C', path, ...args], what, signal });

  const download = async (remote: Remote, depth: string[], refspec: string, signal: AbortSignal) => {
    const { withAccess } = await import('./remote.ts');
    const what = `unable to clone '${remote.url}'`;
    const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', ...depth];
    return withAccess(remote, what, signal, ({ url, ...access }) => {
      const args = ['-C', path, 'fetch', ...options, '--force', '--', url, refspec];
      return git({ args, what, ...access, signal });
    });
  };

  const prepare = async (signal: AbortSignal) => {
    if (existsSync(join(path, 'HEAD'))) return;
    await mkdir(path, { recursive: true, mode: 0o700 });
    await local(['init', '--quiet', '--bare', '--template=', '.'], 'unable to make a local copy', signal);
  };

  const fetchOnce = async (remote: Remote, reference: string, signal: AbortSignal) => {
    await prepare(signal);
    const what = `unable to clone '${remote.url}'`;
    await download(remote, ['--depth=1'], `${reference}:${fetched}`, signal).catch(async error => {
      // Some hosts give no commit by its name: then it has to be in the history of a branch.
      if (!isCommit(reference) || !(error instanceof GitError) || error.failure !== 'reference') throw error;
      await download(remote, [], 'refs/heads/*:refs/millrace/heads/*', signal);
      await local(['cat-file', '-e', `${reference}^{commit}`], what, signal).catch(cause => {
        signal.throwIfAborted();
        const problem = `unable to resolve commit object for '${reference}': object not found`;
        throw new GitError('reference', problem, { cause });
      });
      await local(['update-ref', fetched, reference], what, signal);
    });
    const commit = await local(['rev-parse', '--verify', `${fetched}^{commit}`], what, signal);
    return commit.toString('utf8').trim();
  };

  return {
    path,
    async fetch(remote, reference, signal) {
      requireReference(reference);
      try {
        if ((await packsOf(path)) > mostPacks) await rm(path, { recursive: true, force: true });
        return await fetchOnce(remote, reference, signal);
      } catch (error) {
        await removeUnfinished(path);
        // A copy that a killed process left half-written, or locked, is made anew.
        if (!(error instanceof GitError) || error.failure !== 'other') throw error;
        await rm(path, { recursive: true, force: true });
        return fetchOnce(remote, reference, signal).finally(() => removeUnfinished(path));
      }
    },
    async *entries(commit, signal, paths = []) {
      requireCommit(commit);
      const args = ['-C', path, 'ls-tree', '-r', '-z', '-l', '--full-tree', '--', commit];
      const listing = startGit({
        args: [...args, ...paths],
        what: 'unable to list files',
        environment: { GIT_LITERAL_PATHSPECS: '1' },
        signal,
      });
      try {
        listing.stdin.end();
        const reader = new ByteReader(listing.stdout);
        for (;;) {
          const line = await reader.until(0, longestPath + 128);
          if (line === undefined) break;
          yield parseEntry(line.toString('utf8'));
        }
        await listing.ended;
      } finally {
        listing.kill();
      }
    },
    async has(commit, below, signal) {
      requireCommit(commit);
      const args = ['-C', path, 'ls-tree', '--full-tree', '--', commit, below];
      const environment = { GIT_LITERAL_PATHSPECS: '1' };
      return (await git({ args, what: 'unable to list files', environment, signal })).length > 0;
    },
    async *read(entries, signal) {
      const args = ['-C', path, 'cat-file', '--batch'];
      const reading = startGit({ args, what: 'unable to read files', signal });
      try {
        void feed(reading.stdin, entries);
        const reader = new ByteReader(reading.stdout);
        for (const entry of entries) yield await nextContent(reader, entry);
        await reading.ended;
      } finally {
        reading.kill();
      }
    },
    commit(commit, signal) {
      requireCommit(commit);
      return readObject(path, 'commit', commit, signal);
    },
    async tag(signal) {
      const what = 'unable to read the tag';
      const [type, id] = (
        await local(['for-each-ref', '--format=%(objecttype) %(objectname)', fetched], what, signal)
      )
        .toString('utf8')
        .trim()
        .split(' ');
      if (type !== 'tag' || id === undefined) return undefined;
      return { id, content: await readObject(path, 'tag', id, signal) };
    },
    filesWith: (commit, text, below, signal) => {
      requireCommit(commit);
      return filesWith(path, { commit, text, below }, signal);
    },
    async write(commit, signal) {
      await prepare(signal);
      return writeCommit(path, commit, signal);
    },
    async push(remote, what, signal) {
      const { pushCommit } = await import('./push.ts');
      await noteLastPush(path, what, signal);
      await pushCommit(path, remote, what, signal).catch(async error => {
        signal.throwIfAborted();
        await forgetLastPush(path, signal);
        throw error;
      });
    },
    lastPush: async signal => (existsSync(join(path, 'HEAD')) ? lastPush(path, signal) : undefined),
    forgetLastPush: signal => forgetLastPush(path, signal),
    async subject(commit, signal) {
      requireCommit(commit);
      // Of a subject of megabytes the start is enough.
      const logging = startGit({
        args: ['-C', path, 'log', '-1', '--format=%s', commit],
        what: 'unable to read the commit',
        signal,
      });
      logging.stdin.end();
      const start = await new ByteReader(logging.stdout).upTo(4096);
      logging.kill();
      return printableLine(start.toString('utf8').trim(), 256);
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

function readObject(
  path: string,
  type: 'commit' | 'tag',
  name: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const args = ['-C', path, 'cat-file', type, name];
  return git({ args, what: `unable to read the ${type}`, signal, limit: longestObject });
}

const isCommit = (name: string) => /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(name);

function requireCommit(commit: string): void {
  if (!isCommit(commit)) throw new TypeError(`"${commit}" is no commit`);
}

/** A name from a spec goes into a refspec: nothing in it may mean more than a name. */
function requireReference(reference: string): void {
  if (/^[-+]|[\u0000-\u0020\u007f:^~?*[\\]|\.\.|@\{/.test(reference) || reference === '')
    throw new GitError('reference', `${JSON.stringify(reference)} is no name of a reference`);
}

async function packsOf(path: string): Promise<number> {
  const names = await readdir(join(path, 'objects', 'pack')).catch(() => []);
  return names.filter(name => name.endsWith('.pack')).length;
}

/** What a git that was ended has left: downloads half-way, and locks. */
async function removeUnfinished(path: string): Promise<void> {
  const packs = join(path, 'objects', 'pack');
  const names = await readdir(packs).catch(() => []);
  const halves = names.filter(name => /^\.?tmp/.test(name)).map(name => join(packs, name));
  const objects = await readdir(join(path, 'objects')).catch(() => []);
  const incoming = objects
    .filter(name => /^(tmp|incoming)/.test(name))
    .map(name => join(path, 'objects', name));
  const locks = ['shallow.lock', 'HEAD.lock', 'packed-refs.lock', `${fetched}.lock`].map(name =>
    join(path, name),
  );
  for (const name of [...halves, ...incoming, ...locks]) await rm(name, { recursive: true, force: true });
}

/** Stops early where git does. */
function feed(stdin: Writable, entries: TreeEntry[]): Promise<void> {
  const lines = function* () {
    for (const { object } of entries) yield `${object}\n`;
  };
  return pipeline(Readable.from(lines()), stdin).catch(() => {});
}

/** `<object> <type> <size>\n<contents>\n`, git-cat-file's batch form. */
async function nextContent(reader: ByteReader, entry: TreeEntry): Promise<FileContent> {
  await reader.finishPart();
  const header = (await reader.until(10, 256))?.toString('utf8') ?? '';
  const [, type, size] = header.split(' ');
  if (type !== 'blob')
    throw new GitError('other', `the file ${JSON.stringify(entry.path)} is missing from the repository`);
  return { entry: { ...entry, size: Number(size) }, chunks: reader.part(Number(size), 1) };
}
