import { expect, test } from 'vitest';
import { neighbour } from './neighbour.ts';

/** Two columns, and one far below. */
const at = new Map([
  ['source', { x: 0, y: 50 }],
  ['a', { x: 300, y: 0 }],
  ['b', { x: 300, y: 70 }],
  ['c', { x: 300, y: 400 }],
]);

test.each([
  ['source', 'ArrowRight', 'b'],
  ['b', 'ArrowUp', 'a'],
  ['a', 'ArrowDown', 'b'],
  ['b', 'ArrowDown', 'c'],
  ['c', 'ArrowLeft', 'source'],
  ['source', 'ArrowLeft', undefined],
  ['a', 'ArrowUp', undefined],
  ['a', 'Enter', undefined],
  ['a', 'constructor', undefined],
  ['nobody', 'ArrowUp', undefined],
])('from %s, %s leads to %s', (from, key, to) => {
  expect(neighbour(at, from, key)).toBe(to);
});
