import { expect, test } from 'vitest';
import { age, duration } from './age.ts';
import { jsonPath } from './json-path.ts';

const object = {
  spec: {
    size: 3,
    list: [
      { name: 'a', port: 1 },
      { name: 'b', port: 2 },
    ],
    'dotted.key': 'x',
  },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Other', status: 'False' },
    ],
  },
};

test.each([
  ['.spec.size', [3]],
  ['{.spec.size}', [3]],
  ['.spec.list[1].name', ['b']],
  ['.spec.list[-1].name', ['b']],
  ['.spec.list[*].port', [1, 2]],
  ['.status.conditions[?(@.type=="Ready")].status', ['True']],
  [".status.conditions[?(@.type=='Other')].status", ['False']],
  ['.spec.list[?(@.port==2)].name', ['b']],
  ["['spec']['dotted.key']", ['x']],
  ['.spec.dotted\\.key', ['x']],
  ['.nothing.here', []],
  ['not a path', []],
])('the JSONPath %s finds %j', (path, found) => {
  expect(jsonPath(object, path)).toEqual(found);
});

test.each([
  [59, '59s'],
  [119, '119s'],
  [125, '2m5s'],
  [600, '10m'],
  [3 * 3600 + 60, '3h1m'],
  [9 * 3600, '9h'],
  [49 * 3600, '2d1h'],
  [30 * 86_400, '30d'],
  [800 * 86_400, '2y70d'],
])('%d seconds are shown as %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test('an unknown time has an unknown age', () => {
  expect(age('', new Date())).toBe('<unknown>');
});
