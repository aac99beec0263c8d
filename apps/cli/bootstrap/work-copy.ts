import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GitError, listReferences, localRepository, type Repository, type TreeEntry } from '@millrace/git';
import { CliError } from '../cli-error.ts';
import { tell } from '../output/print.ts';
import type { Plan } from './plan.ts';

/** A copy of the branch to commit on. It has no files on the disk. */
export interface WorkCopy {
  /** The last commit; undefined in a repository that has none. */
  readonly head: string | undefined;
  /** The files of it, by path. */
  readonly entries: ReadonlyMap<string, TreeEntry>;
  /** The content of a file; undefined where there is none. Links are none. */
  read(path: string): Promise<Buffer | undefined>;
  /** Commit what is another in these files, as the next head. Returns its name; undefined where nothing is. */
  commit(files: Record<string, string>, message: string): Promise<string | undefined>;
  /** Throws GitError, 'outrun' where somebody else has pushed meanwhile. */
  push(): Promise<void>;
  /** Leave what was committed and not pushed, and take what is there now. */
  renew(): Promise<void>;
  remove(): Promise<void>;
}

type Source = Pick<Plan, 'remote' | 'flags' | 'sign'>;

/** Clone the branch, or begin it in an empty repository. Throws CliError. */
export async function cloneWorkCopy(source: Source, signal: AbortSignal): Promise<WorkCopy> {
  const { branch } = source.flags;
  tell.action(`cloning branch "${branch}" from Git repository "${source.remote.url}"`);
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bootstrap-'));
  const repository = localRepository(join(folder, 'copy.git'));
  const copy = new Copy(source, repository, signal);
  try {
    await copy.renew();
  } catch (error) {
    await copy.remove();
    throw error;
  }
  tell.success('cloned repository');
  return copy;
}

class Copy implements WorkCopy {
  head: string | undefined;
  /** What the remote has. */
  #base: string | undefined;
  entries: ReadonlyMap<string, TreeEntry> = new Map();
  readonly #source: Source;
  readonly #repository: Repository;
  readonly #signal: AbortSignal;

  constructor(source: Source, repository: Repository, signal: AbortSignal) {
    this.#source = source;
    this.#repository = repository;
    this.#signal = signal;
  }

  async renew(): Promise<void> {
    const clone = async () => {
      this.#base = await fetchBranch(this.#source, this.#repository, this.#signal);
      await this.#show(this.#base);
    };
    await clone().catch(async error => {
      if (!(error instanceof GitError)) throw error;
      // A host that has just made the repository may need a moment.
      tell.warning(` clone failure: ${error.message}`);
      await sleep(2000, undefined, { signal: this.#signal });
      await clone().catch(again => {
        if (!(again instanceof GitError)) throw again;
        throw new CliError(`failed to clone repository: ${again.message}`, { cause: again });
      });
    });
  }

  async #show(head: string | undefined): Promise<void> {
    this.head = head;
    const entries = new Map<string, TreeEntry>();
    if (head)
      for await (const entry of this.#repository.entries(head, this.#signal)) entries.set(entry.path, entry);
    this.entries = entries;
  }

  async read(path: string): Promise<Buffer | undefined> {
    const entry = this.entries.get(path);
    if (!entry || !isFile(entry)) return undefined;
    for await (const { chunks } of this.#repository.read([entry], this.#signal)) {
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      return Buffer.concat(parts);
    }
    return undefined;
  }

  async commit(files: Record<string, string>, message: string): Promise<string | undefined> {
    const changes = [];
    for (const [path, text] of Object.entries(files)) {
      requireFolder(path, this.entries);
      const content = Buffer.from(text);
      const before = await this.read(path);
      if (!before?.equals(content))
        changes.push({ path, content, executable: this.entries.get(path)?.kind === 'executable' });
    }
    if (changes.length === 0) return undefined;
    const { flags, sign } = this.#source;
    const { authorName: name, authorEmail: email, commitMessageAppendix: appendix } = flags;
    const commit = await this.#repository.write(
      {
        parent: this.head,
        files: changes,
        author: { name, email },
        when: new Date(),
        message: appendix ? `${message}\n\n${appendix}` : message,
        sign,
      },
      this.#signal,
    );
    await this.#show(commit);
    return commit;
  }

  async push(): Promise<void> {
    const { remote, flags } = this.#source;
    if (!this.head) return;
    const what = { commit: this.head, branch: flags.branch, replaces: this.#base ?? 'none' };
    await this.#repository.push(remote, what, this.#signal);
    this.#base = this.head;
  }

  remove(): Promise<void> {
    return this.#repository.remove();
  }
}

const isFile = ({ kind }: TreeEntry) => kind === 'file' || kind === 'executable';

/** A commit would put a folder in the place of a link, and lose it. */
function requireFolder(path: string, entries: ReadonlyMap<string, TreeEntry>): void {
  const names = path.split('/');
  const taken = names.map((_, i) => names.slice(0, i).join('/')).find(folder => entries.has(folder));
  if (taken !== undefined)
    throw new CliError(
      `${path} cannot be committed: ${taken} is no folder in the repository, name another --path`,
    );
}

/** The commit of the branch; undefined in a repository that has no branch. Throws GitError, CliError. */
async function fetchBranch(
  { remote, flags: { branch } }: Source,
  repository: Repository,
  signal: AbortSignal,
): Promise<string | undefined> {
  const reference = `refs/heads/${branch}`;
  const branches = await listReferences(remote, ['refs/heads/*'], signal);
  if (branches.size === 0) return undefined;
  if (branches.has(reference)) return repository.fetch(remote, reference, signal);
  const others = [...branches.keys()].slice(0, 5).map(name => name.replace('refs/heads/', ''));
  throw new CliError(
    `failed to clone repository: there is no branch "${branch}" in ${remote.url}: make it, or name another with --branch (${others.join(', ')})`,
  );
}
