import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GitError, git, type Setting } from '@millrace/git';
import { CliError } from '../cli-error.ts';
import { type Checkout, isBetween, reflect } from './checkout.ts';
import { type SavedFiles, savedFiles } from './saved-files.ts';

export interface MirrorOptions {
  checkout: Checkout;
  /** The bare repository that the cluster is served from. */
  bare: string;
  /** Where a repository of our own may show the checkout's. */
  reflection: string;
  /** The branches that the fleet asks for: each is what is checked out, whatever it is called there. */
  branches: string[];
  /** Take the files as they are saved instead of the last commit. */
  dirty: boolean;
  /** Told of a commit that was pushed to a branch, and that the checkout has gone on without. */
  told(branch: string, commit: string): void;
  signal: AbortSignal;
}

/** A bare repository that follows a checkout. */
export interface Mirror {
  /** Bring it to what the checkout says now. Returns whether anything has moved. */
  update(): Promise<boolean>;
  /** The files that were taken as they are saved; none where only commits count. */
  savedPaths(): string[];
}

/** Both repositories are ours, on this disk. */
const between: Setting[] = [
  ['protocol.allow', 'never'],
  ['protocol.file.allow', 'always'],
];

const head = 'refs/millrace/head';

/** What a branch was last brought to by us: it is elsewhere where somebody has pushed to it. */
const servedAs = (branch: string) => `refs/millrace/served/${branch}`;

export async function mirrorOf(options: MirrorOptions): Promise<Mirror> {
  const { checkout, bare, reflection, branches, dirty, told, signal } = options;
  const refresh = await reflect(checkout, reflection, signal);
  const saved: SavedFiles | undefined = dirty ? await savedFiles(checkout.root, bare, signal) : undefined;
  const run = async (...args: string[]) => {
    const what = `unable to follow ${checkout.root}`;
    const output = await git({ args: ['-C', bare, ...args], what, settings: between, signal });
    return output.toString('utf8').trim();
  };
  const commitOf = (reference: string) =>
    run('rev-parse', '--verify', '--quiet', `${reference}^{commit}`).catch(() => '');

  const isAncestor = (older: string, newer: string) =>
    run('merge-base', '--is-ancestor', older, newer).then(
      () => true,
      () => false,
    );

  const fetchHead = async (): Promise<string> => {
    await refresh();
    const options = [
      '--quiet',
      '--force',
      '--no-tags',
      '--prune',
      '--update-shallow',
      '--no-write-fetch-head',
    ];
    const [newest, tags] = [`+HEAD:${head}`, '+refs/tags/*:refs/tags/*'];
    const fetch = (...args: string[]) => run('fetch', ...options, ...args);
    try {
      await fetch('--', reflection, newest, tags).catch(async error => {
        if (!checkout.isPartial) throw error;
        // What stood in former commits is not here; what is checked out may be, and so may some of the tags.
        await fetch('--depth=1', '--', reflection, newest);
        await fetch('--depth=1', '--', reflection, tags).catch(() => {});
      });
    } catch (error) {
      throw error instanceof GitError ? explained(error, checkout) : error;
    }
    return commitOf(head);
  };

  return {
    savedPaths: () => saved?.paths() ?? [],
    async update() {
      if (isBetween(checkout.gitDir) && (await commitOf(`refs/heads/${branches[0]}`)) !== '') return false;
      const commit = await fetchHead();
      const wanted = saved ? await saved.commit(commit) : commit;
      let moved = false;
      for (const branch of branches) {
        const reference = `refs/heads/${branch}`;
        const now = await commitOf(reference);
        const served = (await commitOf(servedAs(branch))) || now;
        // What was pushed on top of a checkout that rests stays, until whoever works there takes it or goes on.
        if (wanted === served && (now === served || (await isAncestor(served, now)))) continue;
        if (now !== served && !(await isAncestor(now, wanted))) told(branch, now);
        await run('update-ref', reference, wanted);
        await run('update-ref', servedAs(branch), wanted);
        moved ||= now !== wanted;
      }
      return moved;
    },
  };
}

/** Why the commit of a checkout cannot be had. */
function explained(error: GitError, { root, commonDir, isPartial }: Checkout): Error {
  if (existsSync(join(commonDir, 'objects', 'info', 'alternates')))
    return new CliError(
      `${root} borrows objects from another repository, which is not followed: "git repack -a -d" gives it its own`,
      { cause: error },
    );
  if (/find remote ref HEAD/.test(error.message))
    return new CliError(`${root} has no commit yet`, { cause: error });
  if (/mismatched algorithms/.test(error.message))
    return new CliError(`${root} names its objects by SHA-256, which a GitRepository cannot follow`, {
      cause: error,
    });
  if (isPartial && /unable to read|missing|pack-objects died/.test(error.message))
    return new CliError(
      `${root} is a partial clone that lacks files of its newest commit: "git fetch --refetch --no-filter" brings them`,
      { cause: error },
    );
  return error;
}
