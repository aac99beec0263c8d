import { describe, expect, test } from 'vitest';
import { parsePointer, valueAt, without, withValue } from './json-pointer.ts';

const object = { a: { 'b/c': [{ d: 1 }, { d: 2 }], '~': null } };
const at = (text: string) => parsePointer(text)!;

describe('a JSON pointer', () => {
  test.each([
    ['/a/b~1c/1/d', 2],
    ['/a/~0', null],
    ['/a/b~1c/2', undefined],
    ['/a/b~1c/-', undefined],
    ['/a/b~1c/length', undefined],
    ['/a/constructor', undefined],
    ['/x/y', undefined],
  ])('%s leads to %j', (text, value) => {
    expect(valueAt(object, at(text))).toEqual(value);
  });

  test.each(['', 'a', 'a/b'])('%j is none', text => {
    expect(parsePointer(text)).toBeUndefined();
  });

  test.each([
    ['/a/b~1c/0', { a: { 'b/c': [{ d: 2 }], '~': null } }],
    ['/a/b~1c/1/d', { a: { 'b/c': [{ d: 1 }, {}], '~': null } }],
    ['/a/b~1c/7/d', object],
    ['/a/x/y', object],
    ['/a', {}],
  ])('what stands at %s can be left out', (text, rest) => {
    expect(without(object, at(text))).toEqual(rest);
  });

  test.each([
    ['/a/b~1c/0/d', { a: { 'b/c': [{ d: 9 }, { d: 2 }], '~': null } }],
    ['/a/x/y', { a: { ...object.a, x: { y: 9 } } }],
    ['/a/b~1c/7/d', object],
    ['/a/b~1c/0/d/e', object],
  ])('what stands at %s can be another, where there is a place for it', (text, whole) => {
    expect(withValue(object, at(text), 9)).toEqual(whole);
  });
});
