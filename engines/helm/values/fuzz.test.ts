import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeValues } from './sources.ts';
import { ValuesError } from './values-error.ts';

/** Texts made of what the parsers look for. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'.,=[]{}\\"0123456789-+ab '.split('')),
      fc.constantFrom(
        '[0]',
        '[1].a',
        '=1',
        '{a,b}',
        '__proto__',
        'constructor',
        'null',
        '[65536]',
        '{"a":[1]}',
        'é😀',
        '\n',
      ),
      fc.string({ maxLength: 4 }),
    ),
    { maxLength: 30 },
  )
  .map(parts => parts.join(''));

const readFile = (path: string) => new TextEncoder().encode(path);

describe('values from flags, whatever is in them', () => {
  test.each(['set', 'strings', 'json', 'fileValues', 'literals'] as const)(
    '%s gives values or a ValuesError',
    kind => {
      fc.assert(
        fc.property(fc.array(text, { maxLength: 3 }), texts => {
          try {
            const values = mergeValues({ [kind]: texts, readFile });
            expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
            structuredClone(values);
          } catch (error) {
            expect(error).toBeInstanceOf(ValuesError);
          }
          expect(({} as { a?: unknown }).a).toBeUndefined();
        }),
        { numRuns: 400 },
      );
    },
  );

  test('-f gives values or a ValuesError', () => {
    const yaml = fc
      .array(
        fc.constantFrom(
          'a:',
          ' b: 1',
          '- x',
          '---',
          '\n',
          '# c\n',
          '&x',
          '*x',
          '<<: ',
          '{',
          '}',
          '[',
          ']',
          '|',
          '"',
          '~',
          '---\n',
          ': ',
          '  ',
        ),
        { maxLength: 25 },
      )
      .map(parts => parts.join(''));
    fc.assert(
      fc.property(yaml, content => {
        try {
          mergeValues({ files: [{ name: 'x.yaml', data: new TextEncoder().encode(content) }] });
        } catch (error) {
          expect(error).toBeInstanceOf(ValuesError);
          expect((error as Error).message).toMatch(/^failed to parse x\.yaml: /);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('a short text does not fill the memory', () => {
    expect(() => mergeValues({ set: [`a${'[65536]'.repeat(90)}=x`] })).toThrow('items without a value');
    expect(() => mergeValues({ set: [`a${'[0]'.repeat(5000)}=x`] })).toThrow(
      'lists are nested more than 100',
    );
    expect(() => mergeValues({ json: [`a=${'['.repeat(100_000)}`] })).toThrow('failed parsing --set-json');
  });

  test('values that are given stay as they are', () => {
    const given = { a: { b: [1, { c: 2 }] } };
    mergeValues({ files: [{ values: given }], set: ['a.b[1].c=3', 'a.b[2]=x'] });
    expect(given).toEqual({ a: { b: [1, { c: 2 }] } });
  });
});
