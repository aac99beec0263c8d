import { describe, expect, test } from 'vitest';
import { rateLimit } from './rate-limit.ts';

const minute = 60_000;

describe('a rate limit', () => {
  test('lets the first through, and the next when the interval is over', () => {
    const limit = rateLimit(5 * minute);
    expect(limit.take('a', 0)).toEqual({ allowed: true, next: 5 * minute });
    expect(limit.take('a', 5 * minute - 1)).toEqual({ allowed: false, next: 5 * minute });
    expect(limit.take('b', minute).allowed).toBe(true);
    expect(limit.take('a', 5 * minute).allowed).toBe(true);
  });

  test('counts intervals from the first, as token buckets do', () => {
    const limit = rateLimit(5 * minute);
    limit.take('a', 0);
    expect(limit.take('a', 9 * minute)).toEqual({ allowed: true, next: 10 * minute });
    expect(limit.take('a', 10 * minute).allowed).toBe(true);
  });

  test('of no length is none', () => {
    const limit = rateLimit(0);
    expect([limit.take('a', 1).allowed, limit.take('a', 1).allowed]).toEqual([true, true]);
  });

  test('knows only so many at once', () => {
    const limit = rateLimit(5 * minute, 3);
    for (const key of ['a', 'b', 'c', 'd']) limit.take(key, 0);
    expect(limit.take('d', 1).allowed).toBe(false);
    expect(limit.take('a', 1).allowed).toBe(true);
  });
});
