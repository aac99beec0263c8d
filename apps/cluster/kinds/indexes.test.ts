import { expect, test } from 'vitest';
import { Indexes } from './indexes.ts';

test.each([
  [[], ''],
  [[3], '3'],
  [[1, 2], '1,2'],
  [[0, 1, 2, 4, 6, 7, 8, 9], '0-2,4,6-9'],
])('%j is written as %j', (indexes, text) => {
  expect(String(Indexes.of(indexes))).toBe(text);
  expect(String(Indexes.parse(text))).toBe(text);
  expect(indexes.every(index => Indexes.parse(text).has(index))).toBe(true);
  expect(Indexes.parse(text).size).toBe(indexes.length);
});

test('sets are joined, cut and taken from each other', () => {
  const all = Indexes.parse('0-9,20-29');
  expect(String(all.and(Indexes.parse('5-21,40')))).toBe('0-29,40');
  expect(String(all.below(25))).toBe('0-9,20-24');
  expect(String(all.without(Indexes.parse('0,3-4,9-20,29')))).toBe('1,2,5-8,21-28');
  expect(all.missing(4, 100)).toEqual([10, 11, 12, 13]);
  expect(all.missing(20, 12)).toEqual([10, 11]);
});

test('two billion of them are a few characters', () => {
  const most = Indexes.read('0-1999999989,1999999995', 2_000_000_000);
  expect(most.size).toBe(1_999_999_991);
  expect(most.missing(2, 2_000_000_000)).toEqual([1_999_999_990, 1_999_999_991]);
});

test.each(['x', '', '1-', 'a-b', '5-1'])('%j is no index', text => {
  expect(Indexes.parse(text).size).toBe(0);
});
