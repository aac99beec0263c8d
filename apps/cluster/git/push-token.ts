import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { touchPrivate, writePrivate } from '../private-files.ts';

const form = /^[0-9a-f]{40}$/;

/** The secret that lets push, kept in the folder of the repositories, so that a URL is good after a restart too. */
export function pushToken(root: string): string {
  const file = join(root, '.push-token');
  const kept = read(file);
  if (kept) {
    touchPrivate(file);
    return kept;
  }
  const token = randomBytes(20).toString('hex');
  writePrivate(file, token);
  return token;
}

/** Undefined for what is no token: a new one is made then. */
function read(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return form.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a password is the token; takes the same time whatever it is. */
export function isToken(token: string, password: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(token), digest(password));
}
