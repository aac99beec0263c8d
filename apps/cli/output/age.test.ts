import { expect, test } from 'vitest';
import { humanDuration } from './age.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

test.each([
  [-3 * second, '<invalid>'],
  [-second, '0s'],
  [0, '0s'],
  [119 * second, '119s'],
  [2 * minute, '2m'],
  [3 * minute + 20 * second, '3m20s'],
  [10 * minute + 20 * second, '10m'],
  [2 * hour, '120m'],
  [3 * hour, '3h'],
  [7 * hour + 5 * minute, '7h5m'],
  [8 * hour + 5 * minute, '8h'],
  [47 * hour, '47h'],
  [2 * day, '2d'],
  [4 * day + 3 * hour, '4d3h'],
  [8 * day + 3 * hour, '8d'],
  [700 * day, '700d'],
  [3 * 365 * day + 4 * day, '3y4d'],
  [9 * 365 * day, '9y'],
])('%d ms is %s', (length, text) => {
  expect(humanDuration(length)).toBe(text);
});
