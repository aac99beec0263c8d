import { expect, test } from 'vitest';
import { formatIndexes, parseIndexes } from './indexes.ts';

test.each([
  [[], ''],
  [[3], '3'],
  [[1, 2], '1,2'],
  [[0, 1, 2, 4, 6, 7, 8, 9], '0-2,4,6-9'],
])('%j is written as %j', (indexes, text) => {
  expect(formatIndexes(new Set(indexes))).toBe(text);
  expect([...parseIndexes(text)]).toEqual(indexes);
});
