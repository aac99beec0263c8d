import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { keptToken } from '@millrace/loopback';

/** What the registry keeps is for its owner only, and on the disk once that was said. */

export async function privateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
}

/** A name in a folder lasts when the folder is on the disk (fsync(2)). */
export async function flushFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The secret that lets push, kept so that a login is good after a restart too. */
export function pushToken(root: string): string {
  const file = join(root, '.push-token');
  return keptToken({ read: () => readFileSync(file, 'utf8'), write: token => writeWhole(file, token) });
}

function writeWhole(path: string, content: string): void {
  const fresh = `${path}.new`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // The mode counts for a file that is made.
  for (const old of [fresh, path]) rmSync(old, { recursive: true, force: true });
  const file = openSync(fresh, 'wx', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
}
