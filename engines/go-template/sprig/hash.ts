import { createHash } from 'node:crypto';
import { toBytes } from '../byte-string.ts';
import { goFunction } from '../function.ts';
import type { TemplateFunction } from '../value.ts';

/** Checksums of texts: SHA in hexadecimal, Adler-32 as a decimal number. */
export const hashes: Record<string, TemplateFunction> = {
  sha1sum: sum('sha1'),
  sha256sum: sum('sha256'),
  sha512sum: sum('sha512'),
  adler32sum: goFunction(['string'], text => String(adler32(toBytes(text)))),
};

function sum(algorithm: string): TemplateFunction {
  return goFunction(['string'], text => createHash(algorithm).update(toBytes(text)).digest('hex'));
}

/** RFC 1950, 9: two sums modulo the largest prime below 2^16. */
function adler32(bytes: Uint8Array): number {
  let [first, second] = [1, 0];
  for (const byte of bytes) {
    first = (first + byte) % 65521;
    second = (second + first) % 65521;
  }
  return second * 65536 + first;
}
