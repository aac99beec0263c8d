import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combine } from './shamir.ts';

/** GF(2^8) by the definition: carry-less multiplication, reduced by x^8 + x^4 + x^3 + x + 1. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 0; bit < 8; bit++) if ((b >> bit) & 1) product ^= a << bit;
  for (let bit = 14; bit >= 8; bit--) if ((product >> bit) & 1) product ^= 0x11b << (bit - 8);
  return product;
}

/** Points of one polynomial a byte, whose value at 0 is the secret. */
function split(
  secret: readonly number[],
  others: readonly (readonly number[])[],
  places: readonly number[],
): Uint8Array[] {
  return places.map(x => {
    const values = secret.map(
      (byte, i) =>
        others
          .toReversed()
          .reduce((sum, coefficients) => multiply(sum, x) ^ multiply(coefficients[i]!, x), 0) ^ byte,
    );
    return Uint8Array.from([...values, x]);
  });
}

const byte = fc.integer({ min: 0, max: 255 });

describe('shares', () => {
  test('any of them that are enough give the secret', () => {
    const secret = fc.array(byte, { minLength: 1, maxLength: 32 });
    const places = fc.uniqueArray(fc.integer({ min: 1, max: 255 }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(
        secret,
        places,
        fc.array(fc.array(byte, { minLength: 32, maxLength: 32 }), { maxLength: 1 }),
        (bytes, at, others) => {
          expect([...combine(split(bytes, others, at))]).toEqual(bytes);
        },
      ),
    );
  });

  test.each<[string, number[][], string]>([
    ['one', [[1, 1]], 'less than two parts'],
    ['none', [], 'less than two parts'],
    [
      'of different lengths',
      [
        [1, 1],
        [1, 2, 3],
      ],
      'same length',
    ],
    ['without a secret', [[1], [2]], 'at least two bytes'],
    [
      'of one place',
      [
        [1, 1],
        [2, 1],
      ],
      'duplicate part',
    ],
  ])('%s are refused', (_, shares, words) => {
    expect(() => combine(shares.map(share => Uint8Array.from(share)))).toThrow(words);
  });
});
