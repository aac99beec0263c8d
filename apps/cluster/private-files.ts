import { chmodSync, closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** What a cluster keeps is for its owner only, whatever the umask and whatever stood there before. */

/** A folder of our own that nobody else enters. */
export function privateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
}

/** Write a file at once, whole or not at all. */
export function writePrivate(path: string, content: string): void {
  const fresh = `${path}.new`;
  // The mode counts for a file that is made.
  rmSync(fresh, { force: true });
  writeFileSync(fresh, content, { mode: 0o600 });
  renameSync(fresh, path);
}

/** Make a file that somebody else is going to fill, if it is missing. */
export function touchPrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}
