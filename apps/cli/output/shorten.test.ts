import { expect, test } from 'vitest';
import { shortenHashes } from './shorten.ts';

const sha1 = '20dee4741c762aca3f9b74179a5db0748ffd2ca0';

test.each([
  [`main@sha1:${sha1}`, 'main@sha1:20dee474'],
  [
    `stored artifact for revision 'main@sha256:${'ab'.repeat(32)}'`,
    "stored artifact for revision 'main@sha256:abababab'",
  ],
  [`from ${sha1} to ${sha1}`, 'from 20dee474 to 20dee474'],
  ['a word of 39 digits stays', 'a word of 39 digits stays'],
  [sha1.slice(1), sha1.slice(1)],
  [`${sha1}g`, `${sha1}g`],
])('%s', (text, short) => {
  expect(shortenHashes(text)).toBe(short);
});
