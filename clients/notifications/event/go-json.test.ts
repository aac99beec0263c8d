import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type GoJson, goJson, plainGoJson, sorted } from './go-json.ts';

const text = fc.string({ unit: 'binary' });
/** Values without maps are what JavaScript writes too, once Go's escapes are read. */
const value = fc.jsonValue({ stringUnit: 'binary' }).map(json => json as GoJson);

test('what is written is read as what it was', () => {
  fc.assert(
    fc.property(value, written => {
      expect(JSON.parse(goJson(written))).toEqual(JSON.parse(JSON.stringify(written)));
      expect(JSON.parse(plainGoJson(written))).toEqual(JSON.parse(JSON.stringify(written)));
    }),
  );
});

test('what stands in HTML is written as an escape, and else as it is', () => {
  fc.assert(
    fc.property(text, written => {
      expect(goJson(written)).not.toMatch(/[<>&\u2028\u2029]/);
      expect(plainGoJson(written)).not.toMatch(/[\u2028\u2029]/);
    }),
  );
  expect(plainGoJson('<&>')).toBe('"<&>"\n');
});

test('keys of maps are in the order of their bytes', () => {
  fc.assert(
    fc.property(fc.uniqueArray(text), keys => {
      const ours = sorted(keys.map(key => [key, null])).map(([key]) => key);
      expect(ours).toEqual(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    }),
  );
});

test('fields of objects keep their order, and undefined ones are left out', () => {
  expect(goJson({ b: 1, a: undefined, c: [undefined, null] })).toBe('{"b":1,"c":[null,null]}');
});
