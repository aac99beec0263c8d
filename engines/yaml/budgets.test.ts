import { describe, expect, test } from 'vitest';
import { parseAll, parseDocuments, stringify } from './index.ts';

const long = 2_900_000;

/** Each of these once took seconds to hours. */
describe('hostile texts are read in time that grows with their length', () => {
  test.each([
    ['blanks in double quotes', `a: "x${' '.repeat(long)}y"`],
    ['tabs in double quotes', `a: "x${'\t'.repeat(long)}y"`],
    ['blanks in single quotes', `a: 'x${' '.repeat(long)}y'`],
    ['blanks before a line end in quotes', `a: "x${' '.repeat(long)}\n y"`],
    ['line ends in quotes', `a: "x${'\n'.repeat(long)}y"`],
    ['blanks behind a plain value', `a: x${' '.repeat(long)}\n`],
    ['blanks in a plain value', `a: x${' '.repeat(long)}y\n`],
    ['empty lines', `a: x${'\n'.repeat(long)}b: y\n`],
    ['lines of blanks', `a: x\n${'  \n'.repeat(long / 4)}b: y\n`],
    ['blanks in a block', `a: |\n  x${' '.repeat(long)}\n`],
    ['line ends in a folded block', `a: >\n  x\n${'\n'.repeat(long)}  y\n`],
    ['digits', `a: ${'1'.repeat(long)}\n`],
    ['zeros', `a: 0${'0'.repeat(long)}x\n`],
    ['a long fraction', `a: 1.${'0'.repeat(long)}\n`],
    ['underscores', `a: 1${'_'.repeat(long)}\n`],
    ['colons', `a: 1${':1'.repeat(long / 2)}\n`],
    ['comments', `${'#\n'.repeat(long / 4)}a: 1\n`],
    ['documents', '---\n'.repeat(long / 8)],
    ['anchors', Array.from({ length: 50_000 }, (_, i) => `k${i}: &a${i} 1\n`).join('')],
    ['aliases of nothing much', `a: &a 1\nl:\n${'- *a\n'.repeat(200_000)}`],
  ])('%s', (_, text) => {
    try {
      expect(parseDocuments(text).length).toBeGreaterThanOrEqual(0);
    } catch (error) {
      expect(error).toHaveProperty('name', 'YamlError');
    }
  });

  test.each([
    ['in YAML', 'a: 1\n'.repeat(500_000)],
    ['in a flow map', `{${'a: 1, '.repeat(500_000)}}`],
    ['in JSON', `{${'"a":1,'.repeat(500_000)}"a":2}`],
  ])('half a million equal keys %s are refused at the second, or counted', (_, text) => {
    expect(() => parseAll(text)).toThrow('the key "a" is given twice; first on line 1');
    let told = 0;
    parseAll(text, { duplicates: 'last', onDuplicate: () => told++ });
    expect(told).toBeGreaterThanOrEqual(499_999);
    expect(parseAll(text, { duplicates: 'first' })).toEqual([{ a: 1 }]);
  });

  test('anchors inside each other are counted when an alias asks', () => {
    const nested =
      Array.from({ length: 400 }, (_, i) => `&a${i} [`).join('') + '1, '.repeat(200_000) + ']'.repeat(400);
    expect(parseAll(`a: ${nested}\n`)).toHaveLength(1);
  });

  test('a long text copied many times goes beyond the limit on copies', () => {
    const text = `a: &a "${'x'.repeat(1_000_000)}"\nl:\n${'- *a\n'.repeat(1_000)}`;
    expect(() => parseAll(text)).toThrow('aliases copy more than the 1000000 values allowed');
  });

  test.each(['\n', ' ', '\t', '0', '-', ': ', '#', '\\', '"'])('a text of %j is written and read', part => {
    const value = { a: part.repeat(300_000) };
    expect(parseAll(stringify(value))).toEqual([value]);
  });
});
