import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keptToken } from '@millrace/loopback';
import { touchPrivate, writePrivate } from '../private-files.ts';

/** The secret that lets push, kept in the folder of the repositories, so that a URL is good after a restart too. */
export function pushToken(root: string): string {
  const file = join(root, '.push-token');
  const read = () => {
    const text = readFileSync(file, 'utf8');
    touchPrivate(file);
    return text;
  };
  return keptToken({ read, write: token => writePrivate(file, token) });
}
