import { describe, expect, test } from 'vitest';
import { jsonPatch } from './json-patch.ts';

describe('a patch of very many operations', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => i);

  test('copies what it changes once, and leaves what it was given', () => {
    const given = { list: ['last'], object: { a: 1 } };
    const before = structuredClone(given);
    const result = jsonPatch(given, [
      ...many(4_000).map(i => ({ op: 'add', path: '/list/0', value: i })),
      ...many(4_000).map(i => ({ op: 'add', path: `/object/k${i}`, value: i })),
    ]) as typeof given;
    expect([result.list.length, Object.keys(result.object).length]).toEqual([4_001, 4_001]);
    expect(given).toEqual(before);
  });

  test('what was copied is another thing from then on', () => {
    const copied = jsonPatch({ a: { b: 1 } }, [
      { op: 'add', path: '/a/c', value: 2 },
      { op: 'copy', from: '/a', path: '/d' },
      { op: 'replace', path: '/a/b', value: 3 },
      { op: 'remove', path: '/d/c' },
    ]);
    expect(copied).toEqual({ a: { b: 3, c: 2 }, d: { b: 1 } });
  });

  test('may not copy a value into itself without end', () => {
    const into = many(60).map(i => ({ op: 'copy', from: '', path: `/c${i}` }));
    expect(() => jsonPatch({ a: 'x'.repeat(1000) }, into)).toThrow(/accumulated size increase of copy/);
  });
});
