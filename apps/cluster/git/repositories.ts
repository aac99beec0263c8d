import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { git } from './service.ts';

/** The name cannot be one of a repository. */
export class BadRepositoryName extends Error {
  override name = 'BadRepositoryName';
}

/** Names stay inside of the root whatever they say: no dots alone, nothing hidden, no empty parts. */
const validName = /^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/;

/** Bare repositories under one folder, and others that were mounted by name. */
export class GitRepositories {
  readonly #root: string;
  readonly #mounts = new Map<string, string>();

  constructor(root: string) {
    this.#root = resolve(root);
    mkdirSync(this.#root, { recursive: true });
  }

  /** Where the repository of a name is; undefined when there is none, whatever the name. */
  find(name: string): string | undefined {
    const plain = plainName(name);
    if (plain === undefined) return undefined;
    const mounted = this.#mounts.get(plain);
    if (mounted) return mounted;
    const path = this.#pathOf(plain);
    return existsSync(join(path, 'HEAD')) ? path : undefined;
  }

  mount(name: string, path: string): void {
    this.#mounts.set(required(name), resolve(path));
  }

  async create(name: string, defaultBranch: string): Promise<void> {
    const path = this.#pathOf(required(name));
    if (existsSync(join(path, 'HEAD'))) return;
    mkdirSync(path, { recursive: true });
    await git(path, ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, '.']);
  }

  #pathOf(plain: string): string {
    return join(this.#root, `${plain}.git`);
  }
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
