import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, realpath, rename, rm, stat, symlink, unlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { type Algorithm, algorithmOf, digestOfFile } from './digest.ts';
import { ArtifactError } from './limits.ts';

/** Whose artifact it is. */
export interface Owner {
  kind: string;
  namespace: string;
  name: string;
}

/** An artifact as it lies in the store. */
export interface Stored {
  /** Relative to the root: `gitrepository/flux-system/fleet/<sha>.tar.gz`. */
  path: string;
  digest: string;
  size: number;
}

/**
 * Artifacts on disk, laid out as Flux lays them out. A file is complete the moment that it has its name: it is
 * written beside it, synced, and renamed. What the disk holds is never trusted: it may be gone, cut or changed.
 */
export interface Storage {
  /**
   * Keep what `write` writes to the new file that it is given the path of; it answers with what it has written.
   * Nothing is kept when it throws. A link beside it points at the newest.
   */
  put(
    owner: Owner,
    fileName: string,
    write: (path: string) => Promise<Written>,
    link?: Link,
  ): Promise<Stored>;
  /** True when the file is there and is what the digest says. */
  verify(path: string, digest: string): Promise<boolean>;
  /** The same, and what it is where it is not. */
  examine(path: string, digest: string): Promise<'whole' | 'changed' | 'gone'>;
  /** Remove what is older than `ttl` milliseconds, or beyond the newest `records`, but never `keep`. */
  collect(owner: Owner, keep: string, limits?: Retention): Promise<string[]>;
  /** The owner is gone: so are its artifacts. */
  remove(owner: Owner): Promise<void>;
  urlOf(path: string): string;
  /** Of the link beside an artifact. */
  linkUrlOf(path: string, link?: Link): string;
  readonly root: string;
  /** By what new artifacts are digested. */
  readonly algorithm: Algorithm;
}

export interface Written {
  digest: string;
  size: number;
}

/** How long artifacts are kept beside the newest, in milliseconds, and how many there are at most. */
export interface Retention {
  ttl: number;
  records: number;
}

export interface StorageOptions {
  /** --artifact-retention-ttl and --artifact-retention-records. */
  retention?: Retention;
  /** --artifact-digest-algo. */
  algorithm?: Algorithm;
}

const defaults: Required<StorageOptions> = { retention: { ttl: 60_000, records: 2 }, algorithm: 'sha256' };

/** What points at an owner's newest artifact: for charts too it is said to be a .tar.gz. */
const links = ['latest.tar.gz', 'index.yaml'] as const;
export type Link = (typeof links)[number];

const isLink = (name: string) => links.some(link => link === name);

/** @param baseUrl where the root is served, without a trailing slash */
export function artifactStorage(root: string, baseUrl: () => string, options: StorageOptions = {}): Storage {
  const { retention, algorithm } = { ...defaults, ...options };
  const folderOf = ({ kind, namespace, name }: Owner) =>
    `${plain(kind.toLowerCase())}/${plain(namespace)}/${plain(name)}`;
  /** By path: what a file was when it was last found right. */
  const verified = new Map<string, string>();
  /** By folder: the path of all that there is in it, where it was made for that. */
  const sole = new Map<string, string>();

  const examine: Storage['examine'] = async (path, digest) => {
    if (!isPlainPath(path)) return 'gone';
    const file = join(root, path);
    const found = await lstat(file, { bigint: true }).catch(() => undefined);
    if (!found?.isFile()) return 'gone';
    const mark = `${digest} ${found.size} ${found.ino} ${found.mtimeNs} ${found.ctimeNs}`;
    if (verified.get(path) === mark) return 'whole';
    const algorithm = algorithmOf(digest);
    if (!algorithm || (await digestOfFile(file, algorithm)) !== digest) return 'changed';
    verified.set(path, mark);
    return 'whole';
  };

  return {
    root,
    algorithm,
    examine,
    urlOf: path => `${baseUrl()}/${path}`,
    linkUrlOf: (path, link = links[0]) => `${baseUrl()}/${posix.dirname(path)}/${link}`,
    async put(owner, fileName, write, link = links[0]) {
      const folder = folderOf(owner);
      const path = `${folder}/${plain(fileName)}`;
      const isNew = await makeFolder(root, folder);
      sole.delete(folder);
      const temporary = join(root, `${path}.${randomBytes(6).toString('hex')}.tmp`);
      try {
        const written = await digestedBy(algorithm, temporary, await write(temporary));
        await takePlace(temporary, join(root, path));
        await pointAt(join(root, folder, link), fileName);
        await sync(join(root, folder));
        if (isNew) sole.set(folder, path);
        return { path, ...written };
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    verify: async (path, digest) => (await examine(path, digest)) === 'whole',
    async collect(owner, keep, { ttl, records } = retention) {
      if (sole.get(folderOf(owner)) === keep) return [];
      const folder = join(root, folderOf(owner));
      const all = await readdir(folder).catch(() => [] as string[]);
      // One owner's artifacts are written one after the other: what is half-written now was left by a killed process.
      const halves = all.filter(name => name.endsWith('.tmp'));
      const names = all.filter(name => !isLink(name) && !name.endsWith('.tmp'));
      const timeOf = async (name: string) =>
        (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0;
      if (halves.length === 0 && names.every(name => `${folderOf(owner)}/${name}` === keep)) return [];
      const aged = await Promise.all(names.map(async name => ({ name, at: await timeOf(name) })));
      const now = Date.now();
      const old = aged
        .sort((a, b) => b.at - a.at)
        .filter(({ at }, i) => i >= records || now - at > ttl)
        .filter(({ name }) => `${folderOf(owner)}/${name}` !== keep)
        .map(({ name }) => name);
      for (const name of old) verified.delete(`${folderOf(owner)}/${name}`);
      await Promise.all(
        [...old, ...halves].map(name => rm(join(folder, name), { recursive: true, force: true })),
      );
      return old;
    },
    async remove(owner) {
      const folder = folderOf(owner);
      sole.delete(folder);
      for (const path of verified.keys()) if (path.startsWith(`${folder}/`)) verified.delete(path);
      await rm(join(root, folder), { recursive: true, force: true });
    },
  };
}

/** The folders of an owner. What stands in their place and is no folder goes. Returns whether the last one was made. */
async function makeFolder(root: string, folder: string): Promise<boolean> {
  const names = folder.split('/');
  // Most often its neighbours have them already.
  const known = (await isThere(root, posix.dirname(folder))) ? names.length - 1 : 0;
  if (known === 0) await mkdir(root, { recursive: true, mode: 0o700 });
  let path = join(root, ...names.slice(0, known));
  let isMade = false;
  for (const name of names.slice(known)) {
    path = join(path, name);
    isMade = await mkdir(path, { mode: 0o700 }).then(
      () => true,
      () => false,
    );
    if (isMade) continue;
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory()) continue;
    // Somebody else may make it at the same time: only what is in its place goes.
    if (found) await unlink(path).catch(() => {});
    await mkdir(path, { recursive: true, mode: 0o700 });
  }
  return isMade;
}

/** No link leads elsewhere on the way. */
async function isThere(root: string, folder: string): Promise<boolean> {
  const [from, to] = await Promise.all([realpath(root), realpath(join(root, folder))]).catch(() => []);
  return from !== undefined && to === join(from, folder);
}

async function takePlace(temporary: string, path: string): Promise<void> {
  await rename(temporary, path).catch(async () => {
    await rm(path, { recursive: true, force: true });
    await rename(temporary, path);
  });
}

/** What the folder names now, it names after a loss of power too. */
async function sync(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

async function pointAt(link: string, target: string): Promise<void> {
  const temporary = `${link}.${randomBytes(6).toString('hex')}.tmp`;
  await symlink(target, temporary);
  await takePlace(temporary, link);
}

/** Archives are digested by SHA-256 while they are written; by another algorithm they are read once more. */
async function digestedBy(algorithm: Algorithm, file: string, written: Written): Promise<Written> {
  if (algorithm === 'sha256') return written;
  const digest = await digestOfFile(file, algorithm);
  if (digest === undefined) throw new ArtifactError(`what was written to ${file} cannot be read`);
  return { ...written, digest };
}

/** Versions of charts have a `+`, and what is named by a digest has a colon. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9._:+-]*$/;

function plain(name: string): string {
  if (!plainName.test(name))
    throw new ArtifactError(`${JSON.stringify(name)} cannot be part of an artifact's path`);
  return name;
}

function isPlainPath(path: string): boolean {
  return path.split('/').every(name => plainName.test(name));
}
