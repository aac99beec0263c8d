import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { privateFolder } from '../private-files.ts';
import { type Mount, mountRepository } from './mount.ts';
import { git } from './service.ts';

/** The name cannot be one of a repository. */
export class BadRepositoryName extends Error {
  override name = 'BadRepositoryName';
}

/** Names stay inside of the root whatever they say: no dots alone, nothing hidden, no empty parts. */
const validName = /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/;

export interface Repository {
  readonly path: string;
  /** False for somebody else's, which is only read. */
  readonly takesPushes: boolean;
}

/** Bare repositories under one folder, and others that were mounted by name. */
export class GitRepositories {
  readonly #root: string;
  readonly #mounts = new Map<string, Mount>();

  constructor(root: string) {
    this.#root = resolve(root);
    privateFolder(this.#root);
    // What stands there is of a process that was killed.
    this.close();
    privateFolder(this.uploads);
  }

  /** Where the bodies of requests wait. */
  get uploads(): string {
    return join(this.#root, '.uploads');
  }

  get #mounted(): string {
    return join(this.#root, '.mounts');
  }

  /** The repository of a name; undefined when there is none, whatever the name. Throws UnfitRepository. */
  find(name: string): Repository | undefined {
    const plain = plainName(name);
    if (plain === undefined) return undefined;
    const mount = this.#mounts.get(plain);
    if (mount) {
      mount.refresh();
      return { path: mount.folder, takesPushes: false };
    }
    const path = this.#pathOf(plain);
    return existsSync(join(path, 'HEAD')) ? { path, takesPushes: true } : undefined;
  }

  mount(name: string, path: string): void {
    const plain = required(name);
    const folder = join(this.#mounted, `${encodeURIComponent(plain)}.git`);
    this.#mounts.set(plain, mountRepository(folder, resolve(path)));
  }

  async create(name: string, defaultBranch: string): Promise<void> {
    const path = this.#pathOf(required(name));
    if (existsSync(join(path, 'HEAD'))) {
      privateFolder(path);
      sweep(path);
      return;
    }
    for (const folder of foldersTo(path, this.#root)) privateFolder(folder);
    await git(path, ['init', '--quiet', '--bare', '--template=', `--initial-branch=${defaultBranch}`, '.']);
  }

  close(): void {
    for (const folder of [this.#mounted, this.uploads]) rmSync(folder, { recursive: true, force: true });
  }

  #pathOf(plain: string): string {
    return join(this.#root, `${plain}.git`);
  }
}

/** Remove what pushes that were cut off have left. None may be under way. */
export function sweep(path: string): void {
  const objects = join(path, 'objects');
  if (!existsSync(objects)) return;
  for (const name of readdirSync(objects))
    if (name.startsWith('tmp_objdir-') || name.startsWith('incoming-'))
      rmSync(join(objects, name), { recursive: true, force: true });
}

function foldersTo(path: string, root: string): string[] {
  return path === root ? [] : [...foldersTo(dirname(path), root), path];
}

function plainName(name: string): string | undefined {
  const plain = name.replace(/\.git$/, '');
  return validName.test(plain) ? plain : undefined;
}

function required(name: string): string {
  const plain = plainName(name);
  if (plain === undefined) {
    throw new BadRepositoryName(
      `${JSON.stringify(name)} is no name for a repository: letters, digits, ".", "_" and "-", parts joined by "/"`,
    );
  }
  return plain;
}
