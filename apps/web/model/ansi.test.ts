import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainText, spansOf } from './ansi.ts';

const esc = '\x1b';

test.each([
  ['plain', [{ text: 'plain', look: [] }]],
  [
    `${esc}[31mred${esc}[0m not`,
    [
      { text: 'red', look: ['red'] },
      { text: ' not', look: [] },
    ],
  ],
  [`${esc}[1;92mok${esc}[m`, [{ text: 'ok', look: ['bold', 'green'] }]],
  [
    `${esc}[31ma${esc}[32mb`,
    [
      { text: 'a', look: ['red'] },
      { text: 'b', look: ['green'] },
    ],
  ],
  [
    `${esc}[38;5;31ma${esc}[38;2;1;2;3mb${esc}[4mc`,
    [
      { text: 'a', look: [] },
      { text: 'b', look: [] },
      { text: 'c', look: ['underline'] },
    ],
  ],
  [
    `${esc}[2Ja${esc}[10;20Hb`,
    [
      { text: 'a', look: [] },
      { text: 'b', look: [] },
    ],
  ],
  [
    `${esc}]0;title\x07a${esc}]8;;http://x${esc}\\b`,
    [
      { text: 'a', look: [] },
      { text: 'b', look: [] },
    ],
  ],
  [`a\rb\x00c\td`, [{ text: 'abc\td', look: [] }]],
  [`a\u202eb`, [{ text: 'ab', look: [] }]],
  [`a${esc}`, [{ text: 'a', look: [] }]],
  [`a${esc}[`, [{ text: 'a', look: [] }]],
  [`${esc}[31`, []],
])('%j', (line, spans) => {
  expect(spansOf(line)).toEqual(spans);
});

test('nothing that steers a terminal is left of any line', () => {
  const pieces = fc.array(
    fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(esc, '[', '31m', ']', '\x07', '\x9b')),
  );
  fc.assert(
    fc.property(pieces, parts => {
      const text = plainText(parts.join(''));
      for (const one of text) expect(one === '\t' || one >= ' ').toBe(true);
    }),
  );
});

test('a long line of sequences that do not end comes to an end', () => {
  expect(plainText(`${esc}[`.repeat(200_000))).toBe('');
  expect(plainText(`${esc}]`.repeat(200_000))).toBe('');
});
