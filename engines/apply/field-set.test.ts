import type { Json } from '@millrace/json';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FieldSet } from './field-set.ts';
import { fieldElement, keyElement, type PathElement, valueElement } from './path-element.ts';

const name = fc.constantFrom('a', 'b', 'c/d.e', '', '.', 'ü');
const element: fc.Arbitrary<PathElement> = fc.oneof(
  name.map(fieldElement),
  fc.record({ k: name, n: fc.integer({ min: 0, max: 2 }) }).map(keyElement),
  fc.oneof(name, fc.integer({ min: 0, max: 2 }), fc.boolean()).map(value => valueElement(value as Json)),
  fc.nat(2).map(i => `i:${i}`),
);
const set = fc
  .array(fc.array(element, { minLength: 1, maxLength: 4 }), { maxLength: 8 })
  .map(paths => FieldSet.of(...paths));

describe('field sets', () => {
  test('what is written reads back as the same set, in the same text', () => {
    fc.assert(
      fc.property(set, one => {
        const text = JSON.stringify(one.serialise());
        const back = FieldSet.parse(JSON.parse(text) as Json);
        expect(back.equals(one)).toBe(true);
        expect(JSON.stringify(back.serialise())).toBe(text);
      }),
    );
  });

  test('sets of one shape are one set, however they grew', () => {
    const one = FieldSet.of(['f:a'], ['f:b', 'f:c'], ['f:b']);
    const other = FieldSet.of(['f:b'], ['f:b', 'f:c'], ['f:a']);
    expect(other).toBe(one);
    expect(FieldSet.parse({ 'f:b': { 'f:c': {}, '.': {} }, 'f:a': {} })).toBe(one);
    expect(one.union(FieldSet.of(['f:d'])).difference(FieldSet.of(['f:d']))).toBe(one);
  });

  test('those that were forgotten are still equal to those made anew', () => {
    const before = FieldSet.of(['f:a'], ['f:b', 'f:c']);
    for (let i = 0; i < 20_000; i++) FieldSet.of([`f:${i}`]);
    const after = FieldSet.of(['f:a'], ['f:b', 'f:c']);
    expect(after).not.toBe(before);
    expect(after.equals(before)).toBe(true);
    expect(before.difference(after)).toBe(FieldSet.empty);
    expect(before.union(after).equals(before)).toBe(true);
  });

  test('they obey the laws of sets', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        expect(a.union(b).equals(b.union(a))).toBe(true);
        expect(a.intersection(b).equals(b.intersection(a))).toBe(true);
        expect(a.difference(b).union(a.intersection(b)).equals(a)).toBe(true);
        expect(a.difference(a).isEmpty).toBe(true);
        expect(a.difference(b).intersection(b).isEmpty).toBe(true);
        expect(a.union(b).size).toBe(a.size + b.size - a.intersection(b).size);
        for (const path of a.paths()) expect(a.has(path)).toBe(true);
      }),
    );
  });

  test('a recursive difference takes everything below along', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        for (const path of a.recursiveDifference(b).paths()) {
          for (let length = 1; length <= path.length; length++)
            expect(b.has(path.slice(0, length))).toBe(false);
        }
      }),
    );
  });
});
