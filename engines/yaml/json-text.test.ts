import type { Json } from '@millrace/json';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAll, parseDocuments, YamlError } from './index.ts';

/** Read as YAML, whatever it is. */
const asYaml = (text: string): Json[] => parseDocuments(text).map(({ value }) => value);

const odd = fc.string({
  unit: fc.constantFrom(...'aE1:-."\\/\n\t\r {}[]<\u0000\u007f\u0085\u00a0\u00e9\u2028\ufeff'),
  maxLength: 8,
});

const { value } = fc.letrec<{ value: Json }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    odd,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(null, true, false, 2 ** 53, -(2 ** 63), 2 ** 64, 0.1, -0.5, 1e21),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(odd, tie('value'), { maxKeys: 4 }),
  ),
}));

test('what is JSON means the same as YAML', () => {
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1, '\t'), (json, indent) => {
      const text = JSON.stringify(json, null, indent);
      let expected: Json[];
      try {
        expected = asYaml(text);
      } catch (error) {
        expect(error).toBeInstanceOf(YamlError);
        expect(() => parseAll(text)).toThrow(YamlError);
        return;
      }
      expect(parseAll(text)).toStrictEqual(expected);
    }),
  );
});

test.each([
  ['a key that stands twice', '{"a":1,"b":{"c":1,"c":2}}'],
  ['more levels than are allowed', `${'['.repeat(501)}${']'.repeat(501)}`],
])('%s is refused as in YAML', (_, text) => {
  expect(() => parseAll(text)).toThrow(YamlError);
});

test('of keys that stand twice the last counts where that is asked for', () => {
  expect(parseAll('{"a":1,"a":2}', { duplicates: 'last' })).toEqual([{ a: 2 }]);
});
