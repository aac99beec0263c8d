import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const form = /^[0-9a-f]{40}$/;

/** A secret that lets push. */
export function newToken(): string {
  return randomBytes(20).toString('hex');
}

/** The token of a text; undefined for what is none. */
function tokenIn(text: string): string | undefined {
  const token = text.trim();
  return form.test(token) ? token : undefined;
}

/** Whether a password is the token; takes the same time whatever it is. */
export function isToken(token: string, password: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(token), digest(password));
}

/** Where a token is kept. */
export interface TokenPlace {
  /** Throws where there is none. */
  read(): string;
  write(token: string): void;
}

/** The token of a place, so that an address is good after a restart too; a new one where it has none, or cannot be read. */
export function keptToken({ read, write }: TokenPlace): string {
  try {
    const kept = tokenIn(read());
    if (kept !== undefined) return kept;
  } catch {
    // There is none yet.
  }
  const token = newToken();
  write(token);
  return token;
}
