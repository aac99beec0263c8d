import { expect, test } from 'vitest';
import { sizeText } from './outcome.ts';

test.each([
  [undefined, 'unknown size'],
  [0, 'size 0B'],
  [999, 'size 999B'],
  [1611, 'size 1.611kB'],
  [38_103_922, 'size 38.1MB'],
  [50_000_000_000, 'size 50GB'],
])('%s bytes are of %s', (size, expected) => {
  expect(sizeText(size)).toBe(expected);
});
