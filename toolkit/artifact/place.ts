import { randomBytes } from 'node:crypto';
import { basename, join, posix } from 'node:path';
import { type Algorithm, digestOfFile } from './digest.ts';
import { disk } from './disk.ts';
import { ArtifactError } from './limits.ts';

/** Where an artifact comes to lie: plain data, for another thread may write it. */
export interface Place {
  root: string;
  /** Of its owner, relative to the root. */
  folder: string;
  file: string;
  /** What it is written to before it is whole, beside it. */
  temporary: string;
  /** Points at it. */
  link: string;
  algorithm: Algorithm;
}

export interface Written {
  digest: string;
  size: number;
}

/** What lies where it was to lie. */
export interface Placed extends Written {
  /** Nothing else is in the folder: it was made for this. */
  isSole: boolean;
}

/**
 * Write an artifact to a file beside its place, and give that its name once it is whole. What is left of it when it fails,
 * `putBy` takes away.
 */
export async function writeAt(place: Place, write: (temporary: string) => Promise<Written>): Promise<Placed> {
  const { root, folder, file, link, algorithm } = place;
  const isSole = await makeFolder(place);
  const temporary = temporaryOf(place);
  const { digest, size } = await digestedBy(algorithm, temporary, await write(temporary));
  await takePlace(temporary, join(root, folder, file));
  await pointAt(join(root, folder, link), join(root, folder, file));
  await sync(join(root, folder));
  return { digest, size, isSole };
}

export function temporaryOf({ root, folder, temporary }: Place): string {
  return join(root, folder, temporary);
}

/** The folders of an owner. What stands in their place and is no folder goes. Returns whether the last one was made. */
export async function makeFolder({ root, folder }: Pick<Place, 'root' | 'folder'>): Promise<boolean> {
  const names = folder.split('/');
  // Most often its neighbours have them already.
  const known = (await isThere(root, posix.dirname(folder))) ? names.length - 1 : 0;
  if (known === 0) await disk.mkdir(root, { recursive: true, mode: 0o700 });
  let path = join(root, ...names.slice(0, known));
  let isMade = false;
  for (const name of names.slice(known)) {
    path = join(path, name);
    isMade = await disk.mkdir(path, { mode: 0o700 }).then(
      () => true,
      () => false,
    );
    if (isMade) continue;
    const found = await disk.lstat(path).catch(() => undefined);
    if (found?.isDirectory()) continue;
    // Somebody else may make it at the same time: only what is in its place goes.
    if (found) await disk.unlink(path).catch(() => {});
    await disk.mkdir(path, { recursive: true, mode: 0o700 });
  }
  return isMade;
}

/** No link leads elsewhere on the way. */
async function isThere(root: string, folder: string): Promise<boolean> {
  const [from, to] = await Promise.all([disk.realpath(root), disk.realpath(join(root, folder))]).catch(
    () => [],
  );
  return from !== undefined && to === join(from, folder);
}

async function takePlace(temporary: string, path: string): Promise<void> {
  await disk.rename(temporary, path).catch(async () => {
    await disk.rm(path, { recursive: true, force: true });
    await disk.rename(temporary, path);
  });
}

/** What the folder names now, it names after a loss of power too. */
async function sync(path: string): Promise<void> {
  const folder = await disk.open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/** One more name of the file, which costs next to nothing; where the file system has none of that, a symbolic link. */
async function pointAt(link: string, file: string): Promise<void> {
  const temporary = `${link}.${randomBytes(6).toString('hex')}.tmp`;
  await disk.link(file, temporary).catch(() => disk.symlink(basename(file), temporary));
  await takePlace(temporary, link);
}

/** Archives are digested by SHA-256 while they are written; by another algorithm they are read once more. */
async function digestedBy(algorithm: Algorithm, file: string, written: Written): Promise<Written> {
  if (algorithm === 'sha256') return written;
  const digest = await digestOfFile(file, algorithm);
  if (digest === undefined) throw new ArtifactError(`what was written to ${file} cannot be read`);
  return { ...written, digest };
}
