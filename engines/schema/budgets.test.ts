import type { JsonObject } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import { checkStructural, fromStructural, kubernetes, missingFields, validate } from './index.ts';

const text = (pattern: string): JsonObject => ({ type: 'string', pattern });
const objectOf = (properties: JsonObject): JsonObject => ({ type: 'object', properties });

describe('patterns of schemas', () => {
  test.each([
    ['a|'.repeat(100_000), 'the pattern has 200000 characters, more than the 20000 allowed'],
    ['a{0,1000}'.repeat(400), 'the pattern comes to 400000 steps with its repetitions written out'],
    ['(?:[ab]{100}(?:c{9}){100})', undefined],
    ['^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', undefined],
    ['\\p{Greek}[[:alpha:]\\]]{3}', undefined],
    ['(', 'missing closing )'],
  ])('%j', (pattern, problem) => {
    const errors = checkStructural(objectOf({ a: text(pattern) }), 'schema').map(({ message }) => message);
    if (problem === undefined) expect(errors).toEqual([]);
    else expect(errors[0]).toContain(problem);
  });

  test('are compiled until they have become too many', () => {
    const many = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, i) => [`k${i}`, text(`${i}a{0,900}`.repeat(20))]),
    );
    const errors = checkStructural(objectOf(many), 'schema');
    expect(errors.map(({ message }) => message)).toEqual([
      'Forbidden: the patterns of a schema may come to 400000 steps together',
    ]);
  });

  test('have a budget for each object that they are held against', () => {
    const schema = fromStructural(objectOf({ a: text('(?:a?){1000}'.repeat(4)), b: text('^b') }));
    expect(validate({ a: 'a'.repeat(100), b: 'b' }, schema)).toEqual([]);
    const [error] = validate({ a: 'a'.repeat(1_000_000), b: 'b' }, schema);
    expect(error?.message).toContain('a in body is too long for its pattern');
    expect(JSON.stringify(error)).not.toContain('a'.repeat(100));
  });
});

test('as many errors as fields are collected one by one', () => {
  const schema = fromStructural(
    objectOf({ l: { type: 'array', items: { type: 'object', required: ['a'] } } }),
  );
  expect(validate({ l: Array.from({ length: 100_000 }, () => ({})) }, schema)).toHaveLength(100_000);
  const pod = kubernetes.definition('io.k8s.api.core.v1.Pod');
  const containers = Array.from({ length: 100_000 }, () => ({ image: 'x' }));
  expect(missingFields({ spec: { containers } }, pod)).toHaveLength(100_000);
});
