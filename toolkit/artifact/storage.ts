import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, symlink, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestOf } from './archive.ts';
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
 * written beside it, synced, and renamed.
 */
export interface Storage {
  put(owner: Owner, fileName: string, bytes: Uint8Array): Promise<Stored>;
  /** True when the file is there and is what the digest says. */
  verify(path: string, digest: string): Promise<boolean>;
  /** Remove what is older than `ttl` milliseconds, or beyond the newest `records`, but never `keep`. */
  collect(owner: Owner, keep: string, limits?: { ttl: number; records: number }): Promise<string[]>;
  /** The owner is gone: so are its artifacts. */
  remove(owner: Owner): Promise<void>;
  urlOf(path: string): string;
  readonly root: string;
}

/** Flux's defaults: --artifact-retention-ttl and --artifact-retention-records. */
const retention = { ttl: 60_000, records: 2 };

const latest = 'latest.tar.gz';

/** @param baseUrl where the root is served, without a trailing slash */
export function artifactStorage(root: string, baseUrl: () => string): Storage {
  const folderOf = ({ kind, namespace, name }: Owner) =>
    `${kind.toLowerCase()}/${plain(namespace)}/${plain(name)}`;

  return {
    root,
    urlOf: path => `${baseUrl()}/${path}`,
    async put(owner, fileName, bytes) {
      const folder = folderOf(owner);
      const path = `${folder}/${plain(fileName)}`;
      await mkdir(join(root, folder), { recursive: true });
      await replaceFile(join(root, path), bytes);
      await pointAt(join(root, folder, latest), fileName);
      return { path, digest: digestOf(bytes), size: bytes.byteLength };
    },
    async verify(path, digest) {
      try {
        return digestOf(await readFile(join(root, safe(path)))) === digest;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
        throw error;
      }
    },
    async collect(owner, keep, { ttl, records } = retention) {
      const folder = join(root, folderOf(owner));
      const all = await readdir(folder).catch(() => [] as string[]);
      // One owner's artifacts are written one after the other: what is half-written now was left by a killed process.
      const halves = all.filter(name => name.endsWith('.tmp'));
      const names = all.filter(name => name !== latest && !name.endsWith('.tmp'));
      const timeOf = async (name: string) =>
        (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? 0;
      const aged = await Promise.all(names.map(async name => ({ name, at: await timeOf(name) })));
      const now = Date.now();
      const old = aged
        .sort((a, b) => b.at - a.at)
        .filter(({ at }, i) => i >= records || now - at > ttl)
        .filter(({ name }) => `${folderOf(owner)}/${name}` !== keep)
        .map(({ name }) => name);
      await Promise.all([...old, ...halves].map(name => rm(join(folder, name), { force: true })));
      return old;
    },
    async remove(owner) {
      await rm(join(root, folderOf(owner)), { recursive: true, force: true });
    },
  };
}

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}

async function pointAt(link: string, target: string): Promise<void> {
  const temporary = `${link}.${randomBytes(6).toString('hex')}.tmp`;
  await symlink(target, temporary);
  await rename(temporary, link).catch(async error => {
    await unlink(temporary).catch(() => {});
    throw error;
  });
}

function plain(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw new ArtifactError(`"${name}" cannot be part of an artifact's path`);
  return name;
}

function safe(path: string): string {
  return path.split('/').map(plain).join('/');
}
