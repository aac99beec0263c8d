import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffLines, linesBetween } from './line-diff.ts';

const texts = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 });

test('what stays and goes is the one text, what stays and comes the other', () => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const lines = diffLines(a, b);
      const without = (mark: string) => lines.filter(line => line.mark !== mark).map(({ text }) => text);
      expect(without('+')).toEqual(a);
      expect(without('-')).toEqual(b);
    }),
  );
});

test('lines far from what changes are folded', () => {
  const before = ['1', '2', '3', '4', '5', '6', '7'];
  expect(linesBetween(before, [...before, '8'])).toEqual(['  …', '  6', '  7', '+ 8']);
});

test('texts of very many lines are shown as they are', () => {
  const lines = (word: string) => Array.from({ length: 3000 }, (_, i) => `${word} ${i}`);
  expect(linesBetween(lines('a'), lines('b'))).toHaveLength(6000);
});
