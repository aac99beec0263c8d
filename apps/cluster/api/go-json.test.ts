import { expect, test } from 'vitest';
import { areFindable, duplicateKeys, scanJson, strictFindings } from './go-json.ts';

test('keys that stand twice are found wherever they are', () => {
  const text = '{"a":{"b":1,"b":2},"c":[{"d":"x: \\"y\\":","d":null}],"a":3}';
  expect(duplicateKeys(text, JSON.parse(text))).toEqual(['a.b', 'c[0].d', 'a']);
  const fine = '{"a": {"b" : 1}, "c": "\\"a\\": 1"}';
  expect(duplicateKeys(fine, JSON.parse(fine))).toEqual([]);
});

test('what is unknown and what stands twice are told in the order of the text', () => {
  const text = '{"x":1,"spec":{"y":{"a":1,"a":2},"size":1,"size":2,"size":3,"y":0},"kind":"A","kind":"B"}';
  expect(strictFindings(text, ['x', 'spec.y'])).toEqual([
    'unknown field "x"',
    'unknown field "spec.y"',
    'duplicate field "spec.size"',
    'duplicate field "kind"',
  ]);
});

test('many keys below a long one cost what they are, and a field as long is told by others', () => {
  const keys = Array.from({ length: 200_000 }, (_, i) => `"a${i}":1`);
  const text = `{"data":{"${'k'.repeat(15_900)}":{${keys}}},"no":1,"no":2}`;
  expect(strictFindings(text, ['no'])).toEqual(['unknown field "no"']);
  expect([areFindable(['no']), areFindable(['k'.repeat(301)])]).toEqual([true, false]);
});

test.each([
  ['', 'unexpected end of JSON input'],
  ['{not', "invalid character 'n' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
  ['[1 2]', "invalid character '2' after array element"],
  ['trux', "invalid character 'x' in literal true (expecting 'e')"],
  ['{} x', "invalid character 'x' after top-level value"],
  ['x', "invalid character 'x' looking for beginning of value"],
  ['{"a": [1, {}]}', undefined],
])('%s', (text, problem) => {
  expect(scanJson(text).problem).toBe(problem);
});
