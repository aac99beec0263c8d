import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { privateFolder } from '../private-files.ts';

/** A folder cannot be served as a Git repository; the message says why. */
export class UnfitRepository extends Error {
  override name = 'UnfitRepository';
}

/** Somebody's repository, served by a folder of ours. */
export interface Mount {
  /** What git is given. */
  readonly folder: string;
  /** Follow what is checked out. Throws UnfitRepository where it cannot be served any more. */
  refresh(): void;
}

/**
 * Serve the repository of a folder, bare or a checkout, without a word of its configuration: git is given a bare
 * repository of ours whose objects and refs are those, so that neither hooks nor filters nor any command that a stranger
 * has put there can count. Throws UnfitRepository.
 */
export function mountRepository(folder: string, path: string): Mount {
  const head = gitFolder(path);
  const shared = commonFolder(head);
  const refresh = () => {
    requireOwnObjects(path, shared);
    writeFileSync(join(folder, 'HEAD'), headOf(path, head), { mode: 0o600 });
  };
  if (existsSync(join(shared, 'reftable')))
    throw new UnfitRepository(`${path} keeps its refs as a reftable, which is not served`);
  rmSync(folder, { recursive: true, force: true });
  privateFolder(folder);
  mkdirSync(join(folder, 'objects', 'info'), { recursive: true, mode: 0o700 });
  const files = {
    config: configOf(shared),
    'objects/info/alternates': `${join(shared, 'objects')}\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  // They may come later: a link that leads nowhere is no file yet.
  for (const name of ['refs', 'packed-refs', 'shallow']) symlinkSync(join(shared, name), join(folder, name));
  refresh();
  return { folder, refresh };
}

function gitFolder(path: string): string {
  const own = join(path, '.git');
  if (!existsSync(own)) {
    if (existsSync(join(path, 'HEAD')) && existsSync(join(path, 'objects'))) return path;
    throw new UnfitRepository(`${path} is no Git repository`);
  }
  if (statSync(own).isDirectory()) return own;
  const [, pointed] = /^gitdir: (.+)$/m.exec(readFileSync(own, 'utf8').slice(0, 4096)) ?? [];
  if (pointed === undefined || !existsSync(resolve(path, pointed)))
    throw new UnfitRepository(`${own} leads to no repository`);
  return resolve(path, pointed);
}

/** A worktree has a HEAD of its own, and shares the rest. */
function commonFolder(head: string): string {
  const file = join(head, 'commondir');
  return existsSync(file) ? resolve(head, readFileSync(file, 'utf8').trim()) : head;
}

/** Borrowed objects would let a stranger's repository show those of any other on this disk. */
function requireOwnObjects(path: string, shared: string): void {
  const file = join(shared, 'objects', 'info', 'alternates');
  if (existsSync(file))
    throw new UnfitRepository(`${path} borrows objects of other repositories (${file}): it is not served`);
}

const symbolic = /^ref: (refs\/[^\s]+)\s*$/;
const detached = /^[0-9a-f]{40}([0-9a-f]{24})?\s*$/;

function headOf(path: string, folder: string): string {
  const file = join(folder, 'HEAD');
  const text = lstatSync(file).isSymbolicLink() ? `ref: ${readlinkSync(file)}` : readFileSync(file, 'utf8');
  if (symbolic.test(text) || detached.test(text)) return `${text.trim()}\n`;
  throw new UnfitRepository(`the HEAD of ${path} names no branch and no commit`);
}

/** The format of the objects is a fact, and all that is taken over. */
function configOf(shared: string): string {
  const file = join(shared, 'config');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (!text.split('\n').some(line => /^objectformat\s*=\s*sha256$/i.test(line.trim())))
    return '[core]\n\trepositoryformatversion = 0\n\tbare = true\n';
  return '[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n';
}
