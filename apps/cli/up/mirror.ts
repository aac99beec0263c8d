import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { configuration, git } from '@millrace/git';
import { CliError } from '../cli-error.ts';

/** A checkout on this machine. */
export interface Checkout {
  /** The folder of the work tree. */
  root: string;
  gitDir: string;
  /** The URLs of its remotes. */
  remotes: string[];
}

export interface MirrorOptions {
  checkout: Checkout;
  /** The bare repository that the cluster is served from. */
  bare: string;
  /** The branches that the fleet asks for: each is what is checked out, whatever it is called there. */
  branches: string[];
  /** Take the files as they are saved instead of the last commit. */
  dirty: boolean;
  signal: AbortSignal;
}

const committer: [string, string][] = [
  ['user.name', 'Millrace'],
  ['user.email', 'millrace@localhost'],
  ['commit.gpgSign', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['protocol.file.allow', 'always'],
  ['safe.directory', '*'],
  ['gc.auto', '0'],
];

/** Several files are saved, and several refs moved, in one go. */
const settle = 100;

/** Throws CliError for a folder that is no Git checkout, or has no commit. */
export async function openCheckout(folder: string, signal: AbortSignal): Promise<Checkout> {
  const run = async (args: string[]) => {
    const output = await git({
      args: ['-C', folder, ...args],
      what: folder,
      environment: configuration(committer),
      signal,
    });
    return output.toString('utf8').trim();
  };
  let paths: string[];
  try {
    paths = (await run(['rev-parse', '--path-format=absolute', '--show-toplevel', '--git-common-dir'])).split(
      '\n',
    );
  } catch (error) {
    throw new CliError(`${folder} is no Git checkout: ${(error as Error).message}`, { cause: error });
  }
  const remotes = await run(['config', '--get-regexp', String.raw`^remote\..*\.url$`]).catch(() => '');
  return {
    root: paths[0]!,
    gitDir: paths[1]!,
    remotes: remotes.split('\n').flatMap(line => line.split(' ').slice(1)),
  };
}

/** Bring the mirror to what the checkout says now. Returns whether anything has moved. */
export async function mirror(options: MirrorOptions): Promise<boolean> {
  const { checkout, bare, branches, dirty, signal } = options;
  const run = async (args: string[], environment: Record<string, string> = {}) => {
    const what = `unable to follow ${checkout.root}`;
    return (await git({ args, what, environment: { ...configuration(committer), ...environment }, signal }))
      .toString('utf8')
      .trim();
  };
  const source = dirty ? 'refs/millrace/saved' : 'refs/millrace/head';
  await run([
    '-C',
    bare,
    'fetch',
    '--quiet',
    '--force',
    '--update-shallow',
    checkout.gitDir,
    '+refs/tags/*:refs/tags/*',
  ]);
  const head = await run(['-C', checkout.root, 'rev-parse', '--verify', 'HEAD^{commit}']).catch(cause => {
    throw new CliError(`${checkout.root} has no commit yet`, { cause });
  });
  await run([
    '-C',
    bare,
    'fetch',
    '--quiet',
    '--force',
    '--no-tags',
    '--update-shallow',
    checkout.root,
    `+HEAD:${source}`,
  ]);
  const commit = dirty ? await commitFiles(run, checkout, bare, head) : head;
  let moved = false;
  for (const branch of branches) {
    const ref = `refs/heads/${branch}`;
    const before = await run(['-C', bare, 'rev-parse', '--verify', '--quiet', ref]).catch(() => '');
    if (before === commit) continue;
    await run(['-C', bare, 'update-ref', ref, commit]);
    moved = true;
  }
  return moved;
}

/** The files as they are, as a commit on top of the last one; the same files give the same commit. */
async function commitFiles(
  run: (args: string[], environment?: Record<string, string>) => Promise<string>,
  checkout: Checkout,
  bare: string,
  head: string,
): Promise<string> {
  const environment = {
    GIT_DIR: bare,
    GIT_WORK_TREE: checkout.root,
    GIT_INDEX_FILE: join(bare, 'millrace-index'),
  };
  await run(['-C', checkout.root, 'add', '--all', '.'], environment);
  const tree = await run(['write-tree'], environment);
  if (tree === (await run(['-C', bare, 'rev-parse', `${head}^{tree}`]))) return head;
  const epoch = { GIT_AUTHOR_DATE: '@0 +0000', GIT_COMMITTER_DATE: '@0 +0000' };
  return run(['-C', bare, 'commit-tree', tree, '-p', head, '-m', 'Files as they are saved'], epoch);
}

/** Call back soon after something in the checkout has changed that may matter. */
export function watchCheckout(checkout: Checkout, dirty: boolean, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, settle);
  };
  const watchers: FSWatcher[] = [];
  const isRef = (name: string) => /^(HEAD|packed-refs|refs\/.*)$/.test(name) && !name.endsWith('.lock');
  watchers.push(
    watch(checkout.gitDir, { recursive: true }, (_, name) => {
      if (name && isRef(name.replaceAll('\\', '/'))) soon();
    }),
  );
  if (dirty) {
    watchers.push(
      watch(checkout.root, { recursive: true }, (_, name) => {
        if (name && !/^\.(git|millrace)(\/|\\|$)/.test(name)) soon();
      }),
    );
  }
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
