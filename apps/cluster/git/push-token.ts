import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newToken, tokenIn } from '@millrace/loopback';
import { touchPrivate, writePrivate } from '../private-files.ts';

/** The secret that lets push, kept in the folder of the repositories, so that a URL is good after a restart too. */
export function pushToken(root: string): string {
  const file = join(root, '.push-token');
  const kept = read(file);
  if (kept) {
    touchPrivate(file);
    return kept;
  }
  const token = newToken();
  writePrivate(file, token);
  return token;
}

/** Undefined for what is no token: a new one is made then. */
function read(file: string): string | undefined {
  try {
    return tokenIn(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
