import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const form = /^[0-9a-f]{40}$/;

/** A secret that lets push. */
export function newToken(): string {
  return randomBytes(20).toString('hex');
}

/** The token of a file that keeps one; undefined for what is none. */
export function tokenIn(text: string): string | undefined {
  const token = text.trim();
  return form.test(token) ? token : undefined;
}

/** Whether a password is the token; takes the same time whatever it is. */
export function isToken(token: string, password: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(token), digest(password));
}
