import { describe, expect, test } from 'vitest';
import { doubleStarGlob, GlobError, plainGlob } from './glob.ts';

describe('a pattern with double stars', () => {
  test.each<[string, string[], string[]]>([
    ['**', ['a', 'a/b', ''], []],
    ['**/x', ['x', 'a/x', 'a/b/x'], ['ax', 'x/a']],
    ['a/**', ['a', 'a/b', 'a/b/c'], ['ab', 'b/a']],
    ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['ab', 'a/xb']],
    ['a/**/**/b', ['a/b', 'a/x/y/b'], []],
    ['a**b', ['ab', 'axb'], ['a/b']],
    ['*.md', ['a.md', '.md'], ['a/b.md']],
    ['{a,b/{c,d}}.x', ['a.x', 'b/c.x', 'b/d.x'], ['b.x']],
    ['[!a-c]', ['d'], ['a', 'b', '/']],
    ['[^a]', ['b'], ['a']],
    ['[a\\]]', ['a', ']'], ['b']],
    ['\\*', ['*'], ['a']],
    ['\\{a\\}', ['{a}'], ['a']],
    ['a.b+(c)', ['a.b+(c)'], ['aXb+(c)']],
    ['?', ['a', 'ü', '😀'], ['', 'ab', '/']],
  ])('%s', (pattern, met, missed) => {
    const glob = doubleStarGlob(pattern);
    expect(met.filter(path => !glob(path))).toEqual([]);
    expect(missed.filter(glob)).toEqual([]);
  });

  test.each(['[', '[a', '[]', '[a-]', '{a', 'a}', 'a\\', '{'.repeat(500)])('is none: %s', pattern => {
    expect(() => doubleStarGlob(pattern)).toThrow(GlobError);
  });

  test('may not have alternatives without end', () => {
    expect(() => doubleStarGlob('{a,b}'.repeat(30))).toThrow(/more than 256 alternatives/);
  });

  test('takes no more than linear time', () => {
    const glob = doubleStarGlob('**/*a*a*a*a*a*a*a*a*a*a*a*/b');
    expect(glob(`${'a'.repeat(5000)}/c`)).toBe(false);
  });
});

test.each<[string, string[], string[]]>([
  ['*', ['a', '.hidden'], ['a/b']],
  ['a/**', ['a/b'], ['a', 'a/b/c']],
  ['[^a]/x', ['b/x'], ['a/x']],
  ['[!a]', ['a', '!'], ['b']],
  ['{a,b}', ['{a,b}'], ['a']],
])('a plain pattern knows no double stars and no braces: %s', (pattern, met, missed) => {
  const glob = plainGlob(pattern);
  expect(met.filter(path => !glob(path))).toEqual([]);
  expect(missed.filter(glob)).toEqual([]);
});
