import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clone, countKeys, equal, isObject, type Json } from './index.ts';

describe('JSON values', () => {
  test('a clone equals its original and shares nothing with it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const copy = clone(value as Json);
        expect(equal(copy, value as Json)).toBe(true);
        if (isObject(copy)) {
          copy['added by the test'] = 1;
          expect(equal(copy, value as Json)).toBe(false);
        }
      }),
    );
  });

  test('a key named __proto__ is a key like others', () => {
    const value = JSON.parse('{"__proto__": {"a": [1]}, "b": 2}') as Json;
    expect(JSON.stringify(clone(value))).toBe('{"__proto__":{"a":[1]},"b":2}');
    expect(equal(clone(value), value)).toBe(true);
    expect(equal(value, { b: 2 })).toBe(false);
  });

  test('key order does not count, item order does', () => {
    expect(equal({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
    expect(equal([1, 2], [2, 1])).toBe(false);
    expect(equal({ a: 1 }, { b: 1 })).toBe(false);
    expect(equal(undefined, null)).toBe(false);
  });

  test('keys are counted at any depth', () => {
    expect(countKeys({ a: [{ b: 1 }, null, 'c'], d: { e: {} } })).toBe(4);
  });

  test('a null, a list and a scalar are no objects', () => {
    expect([null, [], 1, 'a', {}].map(isObject)).toEqual([false, false, false, false, true]);
  });
});
