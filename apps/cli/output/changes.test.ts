import { changesBetween } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import { formatChanges } from './changes.ts';

const shown = (before: Parameters<typeof changesBetween>[0], after: Parameters<typeof changesBetween>[1]) =>
  formatChanges(changesBetween(before, after), '');

describe('what changes', () => {
  test('is told with where it is and what it was', () => {
    expect(shown({ a: { 'x.y/z': 1, b: true } }, { a: { 'x.y/z': 2, b: true } })).toBe('a."x.y/z": 1 → 2\n');
  });

  test('in a list is found by the name of the entry, wherever that stands', () => {
    const before = [
      { name: 'a', image: 'a:1' },
      { name: 'b', image: 'b:1' },
    ];
    const after = [
      { name: 'b', image: 'b:2' },
      { name: 'a', image: 'a:1' },
    ];
    expect(shown({ containers: before }, { containers: after })).toBe(
      'containers[name=b].image: "b:1" → "b:2"\n',
    );
  });

  test('in a list of words is shown with the words around it', () => {
    const args = ['--a', '--b', '--c', '--d', '--e', '--f'];
    expect(shown({ args }, { args: [...args.slice(0, 4), '--new', ...args.slice(4)] })).toBe(
      'args\n    …\n    - --c\n    - --d\n  + - --new\n    - --e\n    - --f\n',
    );
  });

  test('in a text of several lines is shown line by line', () => {
    expect(shown({ text: 'a\nb\nc\n' }, { text: 'a\nB\nc\n' })).toBe('text\n    a\n  - b\n  + B\n    c\n');
  });

  test('comes and goes as a whole', () => {
    expect(shown({ gone: { a: 1 } }, { made: [1] })).toBe('made\n  + - 1\ngone\n  - a: 1\n');
  });

  test('is nothing where the order of keys alone is another', () => {
    expect(changesBetween({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual([]);
  });

  test.each([
    [1, '1'],
    [null, {}],
    [
      [1, 2],
      [2, 1],
    ],
    [[{ name: 'a' }, { name: 'a' }], [{ name: 'a' }]],
  ])('is told once of %j and %j', (before, after) => {
    expect(changesBetween({ at: before }, { at: after })).toEqual([{ path: 'at', before, after }]);
  });
});
