import { describe, expect, test } from 'vitest';
import { takePlace, takeRequest } from './places.ts';

const viewer = (user: string) => ({ as: { user, groups: [] } });

describe.each([
  ['views', takePlace, 24],
  ['requests', takeRequest, 100],
])('%s of one viewer', (what, take, most) => {
  test('are bounded, and those of others are not fewer for it', () => {
    const leaving = new AbortController();
    const ada = viewer(`ada ${what}`);
    const taken = Array.from({ length: most + 5 }, () => take(ada, leaving.signal));
    expect(taken.filter(Boolean)).toHaveLength(most);
    expect(take(viewer(`bob ${what}`), leaving.signal)).toBe(true);
    leaving.abort();
  });

  test('are free again when they end', () => {
    const [first, others] = [new AbortController(), new AbortController()];
    const eve = viewer(`eve ${what}`);
    take(eve, first.signal);
    for (let i = 1; i < most; i++) take(eve, others.signal);
    expect(take(eve, others.signal)).toBe(false);
    first.abort();
    expect(take(eve, others.signal)).toBe(true);
    others.abort();
    expect(take(eve, others.signal)).toBe(false);
  });
});
