import { readFileSync } from 'node:fs';
import { parseAll } from '@millrace/yaml';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Image, InvalidImageError, MarkersError, settersOf, updateMarkers } from './index.ts';

const images = new Map<string, Image>([
  ['ns:app', { name: 'xx', tag: 'v2' }],
  ['ns:num', { name: 'rr/n', tag: '1.20', digest: `sha256:${'ab'.repeat(32)}` }],
  ['ns:yes', { name: 'rr/yes', tag: 'yes' }],
  ['ns:sha', { name: 'rr/sha', tag: '1e5' }],
  ['ns:date', { name: 'rr/date', tag: '2026-01-31' }],
]);
const setters = settersOf(images);
const marker = (setter: string) => `# {"$imagepolicy": "${setter}"}`;
const update = (text: string) => updateMarkers(text, setters, 'app.yaml');

interface Golden {
  text: string;
  changes: { object: string; setter: string; old: string; new: string }[];
}

describe('which values change', () => {
  const golden: Golden[] = JSON.parse(readFileSync(new URL('golden/markers.json', import.meta.url), 'utf8'));

  test.each(golden)('as upstream has it: $text', ({ text, changes }) => {
    const found = changesOf(text);
    const byOld = (a: { old: string }, b: { old: string }) => (a.old < b.old ? -1 : 1);
    expect(found.sort(byOld)).toEqual(changes.sort(byOld));
  });

  /** A file that cannot be read is one without changes. */
  function changesOf(text: string): Golden['changes'] {
    try {
      return update(text).changes.map(({ object: { apiVersion, kind, namespace, name }, ...change }) => ({
        object: [apiVersion, kind, namespace, name].join('|'),
        ...change,
      }));
    } catch (error) {
      if (error instanceof MarkersError) return [];
      throw error;
    }
  }
});

describe('only the value changes', () => {
  test.each([
    ['plain', `image:   xx:v1    ${marker('ns:app')}  \n`, `image:   xx:v2    ${marker('ns:app')}  \n`],
    ['in single quotes', `image: 'xx:v1' ${marker('ns:app')}\n`, `image: 'xx:v2' ${marker('ns:app')}\n`],
    ['in double quotes', `image: "xx:v1" ${marker('ns:app')}\n`, `image: "xx:v2" ${marker('ns:app')}\n`],
    ['over two lines', `image: xx\n  v1 ${marker('ns:app')}\n`, `image: xx:v2 ${marker('ns:app')}\n`],
    ['with an anchor', `a: &x xx:v1 ${marker('ns:app')}\n`, `a: &x xx:v2 ${marker('ns:app')}\n`],
    ['a number', `tag: 1.10 ${marker('ns:num:tag')}\n`, `tag: "1.20" ${marker('ns:num:tag')}\n`],
    ['a word', `tag: no ${marker('ns:app:tag')}\n`, `tag: v2 ${marker('ns:app:tag')}\n`],
    ['a word that means more', `tag: v1 ${marker('ns:yes:tag')}\n`, `tag: "yes" ${marker('ns:yes:tag')}\n`],
    ['a quoted number', `tag: '1.1' ${marker('ns:num:tag')}\n`, `tag: '1.20' ${marker('ns:num:tag')}\n`],
    ['nothing', `digest: a ${marker('ns:app:digest')}\n`, `digest: "" ${marker('ns:app:digest')}\n`],
    [
      'literal',
      `a: |  ${marker('ns:app')}\n    xx:v1\nb: c\n`,
      `a: |-  ${marker('ns:app')}\n    xx:v2\nb: c\n`,
    ],
    [
      'folded',
      `a: >+ ${marker('ns:app')}\n  xx\n  v1\n\nb: c\n`,
      `a: >- ${marker('ns:app')}\n  xx:v2\n\nb: c\n`,
    ],
    [
      'literal without content',
      `l:\n- a: | ${marker('ns:app')}\n  b: c\n`,
      `l:\n- a: |- ${marker('ns:app')}\n    xx:v2\n  b: c\n`,
    ],
    [
      'in a flow map',
      `{a: xx:v1, ${marker('ns:app')}\n  b:   c}\n`,
      `{a: xx:v2, ${marker('ns:app')}\n  b:   c}\n`,
    ],
    ['behind a byte order mark', `\ufeffa: xx:v1 ${marker('ns:app')}`, `\ufeffa: xx:v2 ${marker('ns:app')}`],
    [
      'with the line ends of Windows',
      `a: xx:v1 ${marker('ns:app')}\r\nb: |  ${marker('ns:app')}\r\n  xx:v1\r\nc:   d\r\n`,
      `a: xx:v2 ${marker('ns:app')}\r\nb: |-  ${marker('ns:app')}\r\n  xx:v2\r\nc:   d\r\n`,
    ],
    [
      'under a comment',
      `a:\n    - x\n\n    ${marker('ns:app')}\n    -   xx:v1\n`,
      `a:\n    - x\n\n    ${marker('ns:app')}\n    -   xx:v2\n`,
    ],
  ])('%s', (_, before, after) => {
    const updated = update(before).text;
    expect(updated).toBe(after);
    expect(update(updated)).toEqual({ text: updated, changes: [] });
  });

  test('a value that is right already is no change', () => {
    const text = `image: "xx:v2"   ${marker('ns:app')}\n`;
    expect(update(text)).toEqual({ text, changes: [] });
  });

  test('the items of a List are changed where they stand', () => {
    const item = (image: string) =>
      `- kind: Pod\n  metadata: {name: ${image}}\n  image: ${image} ${marker('ns:app')}\n`;
    const { text, changes } = update(`kind: List\nitems:\n${item('a')}${item('b')}`);
    expect(text.match(/image: xx:v2/g)).toHaveLength(2);
    expect(changes.map(({ object }) => object.name)).toEqual(['a', 'b']);
  });
});

describe('files that are left alone', () => {
  test.each([
    [`a: [\nb: xx:v1 ${marker('ns:app')}\n`, /^app\.yaml:\d+:\d+: /],
    [`a: xx:v1 ${marker('ns:app')}\n---\n- b\n`, /the document in line 3 is no mapping/],
    [`{{ if .x }}\na: xx:v1 ${marker('ns:app')}\n{{ end }}\n`, /^app\.yaml:/],
  ])('%j says why', (text, why) => {
    expect(() => update(text)).toThrow(MarkersError);
    expect(() => update(text)).toThrow(why);
  });

  test('a file without markers is not read at all', () => {
    const text = 'a: [\n';
    expect(update(text).text).toBe(text);
  });
});

test('an image that could break out of its place is refused', () => {
  const evil = new Map([['ns:app', { name: 'xx', tag: 'v1\nb: c' }]]);
  expect(() => settersOf(evil)).toThrow(InvalidImageError);
});

const plainWord = fc.stringMatching(/^[a-z][a-z0-9.:/-]{0,12}[a-z0-9]$/);
const scalar = fc.oneof(
  plainWord,
  plainWord.map(word => `'${word}'`),
  plainWord.map(word => `"${word}"`),
);
const line = fc.record({
  key: fc.stringMatching(/^[a-z]{1,6}$/),
  value: scalar,
  setter: fc.option(fc.constantFrom('ns:app', 'ns:app:tag', 'ns:num', 'ns:num:tag', 'ns:other'), {
    nil: undefined,
  }),
  spaces: fc.integer({ min: 1, max: 4 }),
});
const tree = fc.letrec<{ node: string[] }>(tie => ({
  node: fc
    .array(
      fc.oneof(
        {
          weight: 3,
          arbitrary: line.map(({ key, value, setter, spaces }) => [
            `${key}:${' '.repeat(spaces)}${value}${setter === undefined ? '' : `${' '.repeat(spaces)}${marker(setter)}`}`,
          ]),
        },
        {
          weight: 1,
          arbitrary: fc
            .tuple(line, tie('node'))
            .map(([{ key }, inner]) => [
              `${key}x:`,
              ...(inner.length === 0 ? ['  {}'] : inner.map(text => `  ${text}`)),
            ]),
        },
      ),
      { maxLength: 5 },
    )
    .map(lines => lines.flat()),
})).node;

describe('any file with markers', () => {
  /** Keys made to differ by their lines. */
  const textOf = (lines: string[]) =>
    lines.map((text, i) => text.replace(/^( *)(\w+):/, `$1$2${i}:`)).join('\n');

  test('reads as before, but for the marked values', () => {
    fc.assert(
      fc.property(tree, lines => {
        const before = textOf(lines);
        const after = update(before).text;
        const [old, now] = [before.split('\n'), after.split('\n')];
        expect(now).toHaveLength(old.length);
        now.forEach((text, i) => {
          if (!/"ns:(app|num)/.test(text)) expect(text).toBe(old[i]);
        });
        if (before.trim() !== '') expect(parseAll(after)).toHaveLength(parseAll(before).length);
      }),
    );
  });

  test('is not changed by a second time', () => {
    fc.assert(
      fc.property(tree, lines => {
        const { text } = update(textOf(lines));
        expect(update(text)).toEqual({ text, changes: [] });
      }),
    );
  });
});

test.each([
  ['markers one above the other', `${`${marker('ns:app')}\n`.repeat(50_000)}a: b\n`],
  ['marked values', Array.from({ length: 30_000 }, (_, i) => `k${i}: x ${marker('ns:app')}\n`).join('')],
  ['marked documents', `a: x ${marker('ns:app')}\n---\n`.repeat(20_000)],
  ['marked items', `kind: List\nitems:\n${`${marker('ns:app')}\n- x\n`.repeat(30_000)}`],
  [
    'items under deeper markers',
    `l:\n${`- a: b\n     ${marker('ns:app')}\n- x\n   ${marker('ns:app')}\n`.repeat(20_000)}- y\n`,
  ],
  ['blank lines under markers', `a:\n${`- x\n${marker('ns:app')}${'\n'.repeat(50)}`.repeat(5000)}- y\n`],
])('%s cost what they are long', (_, text) => {
  expect(update(text).text.length).toBeGreaterThan(1000);
});
