import { type DiffLine, diffLines } from '@millrace/line-diff';
import { expect, test } from 'vitest';
import { folded, pairsOf, partsOf } from './diff-pairs.ts';

const line = (mark: DiffLine['mark'], text: string): DiffLine => ({ mark, text });

test('lines far from what changes are folded, unless all are wanted', () => {
  const before = Array.from({ length: 20 }, (_, i) => `${i}`);
  const lines = diffLines(before, before.with(10, 'x'));
  const shape = (whole: boolean) =>
    folded(lines, whole).map(part => ('hidden' in part ? -part.hidden : part.lines.length));
  expect(shape(false)).toEqual([-7, 8, -6]);
  expect(shape(true)).toEqual([21]);
});

test('what goes stands beside what comes in its place', () => {
  const [a, b, c, d] = [line('-', 'a'), line('-', 'b'), line('+', 'c'), line(' ', 'd')];
  expect(pairsOf([a!, b!, c!, d!])).toEqual([
    { before: a, after: c },
    { before: b },
    { before: d, after: d },
  ]);
});

test.each([
  ['image: app:1.0', 'image: app:2.0', ['image: app:', '1', '.0'], ['image: app:', '2', '.0']],
  ['aa', 'aaa', ['aa'], ['aa', 'a']],
  ['x', 'y', ['x'], ['y']],
])('%s and %s differ in a piece', (before, after, parts, others) => {
  const pair = { before: line('-', before), after: line('+', after) };
  const texts = (side: 'before' | 'after') => partsOf(pair, side).map(({ text }) => text);
  expect(texts('before')).toEqual(parts);
  expect(texts('after')).toEqual(others);
});
