import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from './index.ts';

describe('durations as Go has them', () => {
  test.each([
    ['0', 0],
    ['250ms', 250],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['1m0.5s', 60_500],
    ['10µs', 0.01],
  ])('%s is %d ms', (text, value) => {
    expect(parseDuration(text)).toBeCloseTo(value, 9);
  });

  test.each(['', '5', 'm', '1x', '1h 2m', '-1s', '1hm'])('%j is none', text => {
    expect(() => parseDuration(text)).toThrow(RangeError);
  });

  test.each([
    [0, '0s'],
    [12.5, '12.5ms'],
    [1000, '1s'],
    [90_000, '1m30s'],
    [600_000, '10m0s'],
    [3_600_000, '1h0m0s'],
    [0.0015, '1.5µs'],
  ])('%d ms prints as %s', (value, text) => {
    expect(formatDuration(value)).toBe(text);
  });

  test('what is printed reads back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 9 }), value => {
        expect(parseDuration(formatDuration(value))).toBeCloseTo(value, 3);
      }),
    );
  });
});
