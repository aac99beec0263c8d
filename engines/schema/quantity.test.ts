import type { Json } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import { canonicalQuantity, exactQuantity } from './quantity.ts';

/** As resource.Quantity of k8s.io/apimachinery v0.36.6 reads and writes them. */
const quantities: readonly (readonly [Json, string | undefined])[] = [
  ['1000m', '1'],
  ['0.5', '500m'],
  [0.5, '500m'],
  [1, '1'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['100000k', '100M'],
  ['1e3', '1e3'],
  ['1E', '1E'],
  ['0', '0'],
  ['-0', '0'],
  ['0.0001n', '1n'],
  ['1024', '1024'],
  ['1Ki', '1Ki'],
  ['0.5Ki', '512'],
  ['12345678901234567890', '12345678901234567890'],
  ['-1.5', '-1500m'],
  ['.5', '500m'],
  ['1e-3', '1e-3'],
  ['0.1u', '100n'],
  ['1500000000000000000000n', '1500G'],
  ['1.000', '1'],
  ['1E3', '1E3'],
  ['3Ei', '3Ei'],
  ['100Ei', '9223372036854775807'],
  ['+', '0'],
  ['Ki', '0'],
  ['e3', '0'],
  ['1e999', '1e999'],
  ['Ei', undefined],
  ['', undefined],
  [' ', undefined],
  ['1e1000', undefined],
  ['1e999999999', undefined],
  ['1e-999999999', undefined],
  ['1E+99999999999999999999', undefined],
  [`1${'0'.repeat(1_000_000)}`, undefined],
  ['abc', undefined],
  ['1.2.3', undefined],
  ['1 Gi', undefined],
  [null, undefined],
  [true, undefined],
];

describe('quantities', () => {
  test.each(quantities)('%j is written %s', (value, canonical) => {
    expect(canonicalQuantity(value)).toBe(canonical);
  });

  test.each(quantities.filter(([, canonical]) => canonical !== undefined))(
    '%j stays once it is canonical',
    (_, canonical) => {
      expect(canonicalQuantity(canonical as string)).toBe(canonical);
    },
  );

  test('an exact amount tells how apimachinery keeps it', () => {
    expect(exactQuantity('1.5')).toEqual({ nanos: 1_500_000_000n, scale: -1 });
    expect(exactQuantity('2k')).toEqual({ nanos: 2_000_000_000_000n, scale: 3 });
    expect(exactQuantity('0.5Ki')).toEqual({ nanos: 512_000_000_000n, scale: undefined });
    expect(exactQuantity('0.1n')).toEqual({ nanos: 1n, scale: undefined });
    expect(exactQuantity('1e-999')).toEqual({ nanos: 1n, scale: undefined });
  });
});
