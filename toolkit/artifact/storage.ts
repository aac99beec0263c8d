import { randomBytes } from 'node:crypto';
import { lstat, readdir, rm, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { type Algorithm, algorithmOf, digestOfFile } from './digest.ts';
import { ArtifactError } from './limits.ts';
import { type Place, type Placed, temporaryOf, type Written, writeAt } from './place.ts';

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
  /** The same of what another thread writes: it calls `writeAt` with the place. */
  putBy(
    owner: Owner,
    fileName: string,
    work: (place: Place) => Promise<Placed>,
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

  const putBy: Storage['putBy'] = async (owner, fileName, work, link = links[0]) => {
    const [folder, file] = [folderOf(owner), plain(fileName)];
    const path = `${folder}/${file}`;
    const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
    const place = { root, folder, file, temporary, link, algorithm };
    sole.delete(folder);
    try {
      const { digest, size, isSole } = await work(place);
      if (isSole) sole.set(folder, path);
      return { path, digest, size };
    } catch (error) {
      // Also a thread that was ended leaves it behind. What went wrong first is what is told.
      await rm(temporaryOf(place), { force: true }).catch(() => {});
      throw error;
    }
  };

  return {
    root,
    algorithm,
    examine,
    urlOf: path => `${baseUrl()}/${path}`,
    linkUrlOf: (path, link = links[0]) => `${baseUrl()}/${posix.dirname(path)}/${link}`,
    put: (owner, fileName, write, link) => putBy(owner, fileName, place => writeAt(place, write), link),
    putBy,
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
