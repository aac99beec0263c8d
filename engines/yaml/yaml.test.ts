import { readFileSync } from 'node:fs';
import type { Json } from '@millrace/json';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAll, parseDocuments, stringify, stringifyAll, YamlError } from './index.ts';

interface ReadCase {
  in: string;
  kubernetes?: Json[] | null;
  kustomize?: Json[] | null;
  kubernetesError?: string;
  kustomizeError?: string;
}
const golden = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8'));

/** Texts that we read otherwise than Go on purpose, and why. */
const readOtherwise = new Map([
  ['a: "\\u00e9\\x41\\n\\t\\"\\/\\e\\0\\_\\N\\L\\P"\n', 'JSON escapes a slash'],
  ['a: "\\ud83d\\ude00"\n', 'JSON escapes surrogate pairs'],
  ['d:\n  "<<": {a: b}\n', 'a quoted key is a string'],
  ['a: b\na: c\n', 'duplicate keys are refused'],
  ['{a: b, a: c}', 'duplicate keys are refused'],
  ['a: ! 1\n', 'the non-specific tag means a string'],
  ['a: !\n', 'the non-specific tag means a string'],
  ['a: !!timestamp 2001-01-01\n', 'a tagged timestamp stays as it is'],
  ['a: !!set {b}\n', 'a set is a map to nothing'],
  ['1: a\n', 'kustomize refuses such keys everywhere but at the top'],
  ['true: a\n', 'kustomize refuses such keys everywhere but at the top'],
  ['~: a\n', 'a key is never null'],
  ['1.5: a\n', 'kustomize refuses such keys everywhere but at the top'],
  ['0x10: a\n', 'kustomize refuses such keys everywhere but at the top'],
  ['...\n', 'an end marker alone ends nothing'],
  ['a: b\n...\nc: d\n', 'a document may follow an end marker'],
  ['a: [?b]\n', '? starts a key only before a space'],
  ['-\ta\n', 'a tab may separate'],
  ['- \ta\n', 'a tab may separate'],
  ['# c\n\t# d\na: b\n', 'a tab may stand before a comment'],
  ['a: b\u2028c\n', 'Unicode line breaks are text (YAML 1.2)'],
  ['a: x\u0085y\n', 'Unicode line breaks are text (YAML 1.2)'],
]);

describe('reading', () => {
  const cases = golden<ReadCase[]>('read').flatMap(read =>
    (['kubernetes', 'kustomize'] as const).map(rules => ({
      name: JSON.stringify(read.in),
      read,
      rules,
    })),
  );
  test.each(cases.filter(({ read }) => !readOtherwise.has(read.in)))(
    "$name by $rules, as Go's reader",
    ({ read, rules }) => {
      if (read[`${rules}Error`] !== undefined) {
        expect(() => parseAll(read.in, { rules })).toThrow(YamlError);
      } else {
        expect(parseAll(read.in, { rules })).toEqual((read[rules] ?? []).filter(value => value !== null));
      }
    },
  );

  test('duplicate keys are refused with both places', () => {
    expect(() => parseAll('a: 1\nb:\n  c: 1\n  c: 2\n', { source: 'app.yaml' })).toThrow(
      'app.yaml:4:3: the key "c" is given twice; first on line 3',
    );
  });

  test('the last of a duplicate key wins where the caller says so, merged keys included', () => {
    const read = (text: string) => parseAll(text, { duplicates: 'last' })[0];
    expect(read('a: 1\na: {b: 2}\n')).toEqual({ a: { b: 2 } });
    expect(read('{a: 1, a: 2}')).toEqual({ a: 2 });
    expect(read('b: &b {x: 1, z: 1}\nc: {<<: *b, x: 2}\nd: {x: 2, <<: *b}\n')).toMatchObject({
      c: { x: 2, z: 1 },
      d: { x: 1, z: 1 },
    });
    expect(read('a: &a {x: 1}\nb: &b {x: 2, z: 2}\nc: {<<: [*a, *b]}\n')).toMatchObject({
      c: { x: 1, z: 2 },
    });
  });

  test('a key that is given again is told of, with its line', () => {
    const told: string[] = [];
    const onDuplicate = (key: string, line: number) => told.push(`${key} on line ${line}`);
    parseAll('a: 1\nb:\n  c: 1\n  c: 2\na: 2\n', { duplicates: 'last', onDuplicate });
    expect(told).toEqual(['c on line 4', 'a on line 5']);
  });

  test('an error says source, line and column', () => {
    expect(() => parseAll('a: b\nc: [d\n', { source: 'x.yaml' })).toThrow('x.yaml:2:4: [ is not closed by ]');
    expect(() => parseAll('a:\n\tb: c\n', { source: 'x.yaml' })).toThrow(
      'x.yaml:2:1: a tab cannot indent a line: use spaces',
    );
  });

  test('each document knows its line', () => {
    const text = '# first\na: 1\n---\n\nb: 2\n---\n# none\n---\nc: 3\n';
    expect(parseDocuments(text).map(({ line }) => line)).toEqual([2, 5, 9]);
  });

  test('an alias gives a copy', () => {
    const [value] = parseAll('a: &x {b: [1]}\nc: *x\n') as [{ a: object; c: object }];
    expect(value.c).toEqual(value.a);
    expect(value.c).not.toBe(value.a);
  });
});

describe('limits', () => {
  test('an alias bomb is stopped', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 10; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    expect(() => parseAll(lines.join('\n'))).toThrow(/aliases copy more than the 1000000 values allowed/);
  });

  test('depth and size are bounded', () => {
    expect(() => parseAll('['.repeat(10_000))).toThrow(/nested more than 500 levels deep/);
    expect(() => parseAll('- '.repeat(10_000))).toThrow(/nested more than 500 levels deep/);
    expect(() => parseAll('a: b', { limits: { size: 3 } })).toThrow(/more than the 3 allowed/);
  });

  test('a control character is refused where it stands', () => {
    expect(() => parseAll('a: b\nc: \x07\n')).toThrow('yaml:2:4: control characters are not allowed');
  });
});

describe('writing', () => {
  const loses = /[\u0085\u2028\u2029]/;
  const cases = golden<{ value: Json; yaml: string }[]>('write')
    .filter(
      // Go loses Unicode line breaks, and writes a key << that reads back as a merge.
      ({ value, yaml }) => !loses.test(JSON.stringify(value)) && yaml !== '<<: 1\n',
    )
    .map(one => ({ ...one, name: JSON.stringify(one.value) }));
  test.each(cases)("$name as Go's writer, and back", ({ value, yaml }) => {
    expect(stringify(value)).toBe(yaml);
    expect(parseAll(yaml)).toEqual([value]);
  });

  test('documents are joined by ---', () => {
    expect(stringifyAll([{ a: 1 }, { b: 2 }])).toBe('a: 1\n---\nb: 2\n');
  });

  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.string({
      unit: fc.constantFrom(...'ab01 \n\t:-#\'"[]{},&*!|>%@`\\~.?=<\u00e9\u{1f600}'),
      maxLength: 200,
    }),
  );
  const { value } = fc.letrec<{ value: Json }>(tie => ({
    value: fc.oneof(
      { maxDepth: 5 },
      text,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(n => (Object.is(n, -0) ? 0 : n)),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value')),
      fc.dictionary(
        text.filter(key => key !== '__proto__'),
        tie('value'),
      ),
    ) as fc.Arbitrary<Json>,
  }));

  test('what is written reads back as it was', () => {
    fc.assert(
      fc.property(value, x => {
        expect(parseAll(stringify(x))).toEqual([JSON.parse(JSON.stringify(x))]);
      }),
      { numRuns: 500 },
    );
  });
});
