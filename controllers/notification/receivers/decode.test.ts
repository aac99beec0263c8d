import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeAs, firstObject, onlyObject, requireNumbers } from './decode.ts';

describe('the first object of a text', () => {
  test.each([
    ['{"a": 1}', { a: 1 }],
    [' \n{"a": "}"} trailing {', { a: '}' }],
    ['{"a": "\\""}{"b": 2}', { a: '"' }],
    ['{"a": [{"b": []}]}]', { a: [{ b: [] }] }],
    ['null', null],
    ['null and more', null],
    ['{"a": 1, "a": 2}', { a: 2 }],
  ])('of %j', (text, value) => {
    expect(firstObject(text)).toEqual(value);
  });

  test.each(['', ' ', '[]', '"{}"', '1', 'true', '{', '{"a"}', '{a: 1}', '{"a": 1]', '\ufeff{}', 'nul'])(
    'is none of %j',
    text => {
      expect(() => firstObject(text)).toThrow(SyntaxError);
    },
  );

  test('is not quoted where it is none', () => {
    for (const text of ['{"password": hunter2}', '{"a": "hunter2}', '{hunter2: 1}', '{} hunter2'])
      expect(() => onlyObject(text)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
      );
  });

  test('has no end that is looked for twice', () => {
    expect(() => firstObject(`{"a": ${'['.repeat(3_000_000)}`)).toThrow('10000 levels deep');
    expect(() => firstObject(`{"a": "${'\\"'.repeat(1_000_000)}`)).toThrow(SyntaxError);
  });

  test('is what was written, whatever stands behind it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (value, rest) => {
        const text = JSON.stringify(value);
        expect(firstObject(` ${text}${rest}`)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('may be asked to be the only one', () => {
    expect(onlyObject(' {"a": 1}\n')).toEqual({ a: 1 });
    expect(() => onlyObject('{"a": 1} {}')).toThrow(SyntaxError);
  });
});

test('a number that has no double is refused, however deep', () => {
  const deep = (number: string) => firstObject(`{"x": ${'['.repeat(9000)}${number}${']'.repeat(9000)}}`);
  expect(() => requireNumbers(deep('1e400'))).toThrow('a number is too large');
  expect(() => requireNumbers(deep('-1e308'))).not.toThrow();
});

describe('a value that is decoded', () => {
  const shape = { url: 'string', tags: ['string'], at: 'time', data: { tag: 'string' } } as const;

  test('has every field of its shape, and no other', () => {
    expect(decodeAs(shape, { url: 'x', more: 1 })).toEqual({ url: 'x', tags: [], at: '', data: { tag: '' } });
    expect(decodeAs(shape, null)).toEqual({ url: '', tags: [], at: '', data: { tag: '' } });
  });

  test('has fields in any case', () => {
    expect(decodeAs(shape, { URL: 'x', Data: { TAG: 'y' } })).toMatchObject({ url: 'x', data: { tag: 'y' } });
  });

  test.each([
    [{ url: 1 }, '.url: a string is expected'],
    [{ tags: 'x' }, '.tags: a list is expected'],
    [{ tags: ['x', {}] }, '.tags[1]: a string is expected'],
    [{ data: [] }, '.data: an object is expected'],
    [{ data: { tag: true } }, '.data.tag: a string is expected'],
    [{ at: 'yesterday' }, '.at: a time of RFC 3339 is expected'],
    [{ at: '2026-02-30T00:00:00Z' }, '.at: a time of RFC 3339 is expected'],
  ])('is refused where a field is of another type: %j', (value, message) => {
    expect(() => decodeAs(shape, value)).toThrow(new TypeError(message));
  });

  test.each(['2026-11-29T18:00:00Z', '2026-11-29T18:00:00.123456789+01:00', '2028-02-29T00:00:00-05:30'])(
    'has times such as %s',
    at => {
      expect(decodeAs(shape, { at }).at).toBe(at);
    },
  );
});
