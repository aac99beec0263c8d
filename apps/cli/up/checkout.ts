import { lstatSync, readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { git } from '@millrace/git';
import { CliError } from '../cli-error.ts';

/** A checkout on this machine. Nothing in it is obeyed: it is read as data. */
export interface Checkout {
  /** The folder of the work tree. */
  root: string;
  /** The folder that was named, from the root; the empty string for the root itself. */
  named: string;
  /** Where its own HEAD lies, and where the branches and objects that it shares with other work trees do. */
  gitDir: string;
  commonDir: string;
  /** The URLs of its remotes. */
  remotes: string[];
  /** Whether objects may be missing here that a remote has promised (`git clone --filter`). */
  isPartial: boolean;
}

/** Throws CliError for a folder that is in no Git checkout. */
export async function openCheckout(folder: string, signal: AbortSignal): Promise<Checkout> {
  const start = realpathSync(folder);
  const root = rootAbove(start);
  if (root === undefined && statOf(join(start, 'HEAD')) && statOf(join(start, 'objects')))
    throw new CliError(`${folder} is a bare repository, without files to follow: name a clone of it`);
  if (root === undefined)
    throw new CliError(`${folder} is no Git checkout: it has no .git, nor has a folder above it`);
  const gitDir = gitDirOf(root);
  const commonDir = resolve(gitDir, readText(join(gitDir, 'commondir'))?.trim() || '.');
  if (readText(join(gitDir, 'HEAD')) === undefined)
    throw new CliError(`${folder} is no Git checkout: ${gitDir} has no HEAD`);
  const names = String.raw`^(remote\..*\.(url|promisor)|extensions\.partialclone)$`;
  const settings = await configOf(commonDir, names, signal);
  const remotes = settings.flatMap(([name, value]) => (name.endsWith('.url') ? [value] : []));
  const isPartial = remotes.length < settings.length;
  return { root, named: relative(root, start), gitDir, commonDir, remotes, isPartial };
}

function rootAbove(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (statOf(join(folder, '.git'))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** `.git` is a folder, or a file that says where it is: of a linked work tree, or a submodule. */
function gitDirOf(root: string): string {
  const path = join(root, '.git');
  if (statSync(path).isDirectory()) return path;
  const [, target] = /^gitdir: ([^\r\n]+)/.exec(readText(path)?.trimEnd() ?? '') ?? [];
  if (target === undefined) throw new CliError(`${path} names no repository`);
  return resolve(root, target);
}

/** Settings by their names, read as from any file: includes are not followed, nothing takes effect. */
async function configOf(commonDir: string, names: string, signal: AbortSignal): Promise<[string, string][]> {
  const args = [
    'config',
    '--file',
    join(commonDir, 'config'),
    '--no-includes',
    '--null',
    '--get-regexp',
    names,
  ];
  const output = await git({ args, what: 'unable to read the configuration', signal }).catch(() => '');
  return output
    .toString('utf8')
    .split('\0')
    .filter(Boolean)
    .map(entry => {
      const end = entry.indexOf('\n');
      return [entry.slice(0, end), entry.slice(end + 1)];
    });
}

/**
 * A repository of our own that shows the checkout's branches, tags and objects, and nothing else of it: no
 * configuration, hooks, attributes, grafts and no alternates. Made anew at every start.
 * @returns what brings its HEAD up to date
 */
export async function reflect(
  checkout: Checkout,
  path: string,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const { commonDir, gitDir } = checkout;
  await rm(path, { recursive: true, force: true });
  await mkdir(join(path, 'objects'), { recursive: true, mode: 0o700 });
  const bytes = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));
  for (const name of ['pack', ...bytes])
    await symlink(join(commonDir, 'objects', name), join(path, 'objects', name));
  for (const name of ['refs', 'packed-refs', 'shallow', 'reftable'])
    await symlink(join(commonDir, name), join(path, name));
  const formats = await configOf(commonDir, String.raw`^extensions\.(objectformat|refstorage)$`, signal);
  const known = formats.filter(([, value]) => /^(sha1|sha256|files|reftable)$/.test(value));
  const extensions = known.map(
    ([key, value]) => `[extensions]\n\t${key.slice('extensions.'.length)} = ${value}\n`,
  );
  const version = known.length > 0 ? 1 : 0;
  const config = `[core]\n\trepositoryformatversion = ${version}\n\tbare = true\n${extensions.join('')}`;
  await writeFile(join(path, 'config'), config, { mode: 0o600 });
  return async () => {
    const head = headOf(gitDir);
    await writeFile(join(path, 'HEAD'), `${head}\n`, { mode: 0o600 });
  };
}

/** What HEAD says: `ref: refs/heads/main`, or a commit. Throws CliError for anything else. */
function headOf(gitDir: string): string {
  const head = (readText(join(gitDir, 'HEAD')) ?? '').trim();
  const isReference = /^ref: refs\/[^\s~^:?*[\\]+$/.test(head) && !head.includes('..');
  if (!isReference && !/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(head))
    throw new CliError(`${join(gitDir, 'HEAD')} names neither a branch nor a commit`);
  return head;
}

/** Tags that a look at them takes in: a look is to cost next to nothing. */
const mostTags = 10_000;

/** A text that is another one whenever the checkout may be at another commit, or have other tags. */
export function stateOf({ gitDir, commonDir }: Checkout): string {
  const head = readText(join(gitDir, 'HEAD'))?.trim() ?? '';
  const branch = head.startsWith('ref: ') ? readText(join(commonDir, head.slice('ref: '.length))) : '';
  const files = ['packed-refs', 'reftable/tables.list', 'shallow'].map(name =>
    stampOf(join(commonDir, name)),
  );
  const tags = foldersBelow(join(commonDir, 'refs', 'tags'), mostTags).flatMap(folder =>
    namesIn(folder)
      .slice(0, mostTags)
      .map(name => `${name} ${stampOf(join(folder, name))}`),
  );
  return [head, branch, isBetween(gitDir), ...files, ...tags].join('\n');
}

/** While a rebase is under way the checkout passes through commits that nobody means to have. */
export function isBetween(gitDir: string): boolean {
  return ['rebase-merge', 'rebase-apply'].some(name => statOf(join(gitDir, name)) !== undefined);
}

/** The folders of references whose files say where branches and tags are. */
export function referenceFolders({ gitDir, commonDir }: Checkout): string[] {
  const below = ['heads', 'tags'].flatMap(name => foldersBelow(join(commonDir, 'refs', name), 1000));
  return [...new Set([gitDir, commonDir, join(commonDir, 'refs'), join(commonDir, 'reftable'), ...below])];
}

/** A folder and those in it, the nearest first. */
function foldersBelow(folder: string, limit: number): string[] {
  const found = [folder];
  for (let i = 0; i < found.length && found.length < limit; i++) {
    for (const name of namesIn(found[i]!)) {
      const path = join(found[i]!, name);
      if (statOf(path)?.isDirectory()) found.push(path);
    }
  }
  return found;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** What tells one state of a file or folder from another. */
export function stampOf(path: string): string {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    return found ? `${found.ino} ${found.size} ${found.mtimeMs} ${found.mode}` : '';
  } catch {
    return ''; // a part of the path is no folder any more
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
