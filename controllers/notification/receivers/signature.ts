import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Refused } from './webhook.ts';

const algorithms = new Set(['sha1', 'sha256', 'sha512']);

/**
 * Throws Refused unless a signature, `sha256=<hex>`, is the HMAC of the body (go-github, ValidateSignature). The
 * signature chooses the hash, as GitHub has it; each of them wants the key.
 */
export function requireSignature(signature: string, body: Uint8Array, key: Uint8Array): void {
  if (signature === '') throw new Refused('the signature is missing');
  const [algorithm = '', hex] = splitOnce(signature, '=');
  if (hex === undefined || !algorithms.has(algorithm))
    throw new Refused('the signature has to begin with sha1=, sha256= or sha512=');
  requireHmac(algorithm, hex, body, key);
}

/** Throws Refused unless the hexadecimal digits are the HMAC of the body. */
export function requireHmac(algorithm: string, hex: string, body: Uint8Array, key: Uint8Array): void {
  const expected = createHmac(algorithm, key).update(body).digest();
  const given = /^[0-9a-f]*$/i.test(hex) ? Buffer.from(hex, 'hex') : Buffer.alloc(0);
  if (
    given.length * 2 !== hex.length ||
    given.length !== expected.length ||
    !timingSafeEqual(given, expected)
  )
    throw new Refused('the signature is not that of the body');
}

/** Whether a header has the bytes of the token, found out in a time that tells nothing of them. */
export function isToken(header: string, token: Uint8Array): boolean {
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  return timingSafeEqual(digest(Buffer.from(header, 'latin1')), digest(token));
}

function splitOnce(text: string, by: string): string[] {
  const at = text.indexOf(by);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + by.length)];
}
