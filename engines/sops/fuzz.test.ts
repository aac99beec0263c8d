import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Recorded } from './golden/record.ts';
import { ageKeys, decrypt, SopsFailed, type SopsFormat } from './index.ts';
import { openAll } from './testdata/seal.ts';

const golden = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8')) as T;
const age = await ageKeys([golden<Record<string, string>>('keys').age!]);
const files = golden<Recorded[]>('files').filter(({ keys }) => keys.length === 1 && keys[0] === 'age');
const texts = files.map(({ encrypted }) => Buffer.from(encrypted));

/** Characters that mean something to one of the formats. */
const signs = fc.constantFrom(
  ...[
    '\n',
    ' ',
    '\t',
    ':',
    '=',
    '#',
    ';',
    '-',
    '"',
    "'",
    '\\',
    '[',
    ']',
    '{',
    '}',
    ',',
    '&a ',
    '*a',
    '|',
    '>',
  ],
  ...[
    '<<: ',
    '---\n',
    '"""',
    '`',
    'ENC[',
    'sops',
    'sops_',
    '__map_',
    '__list_',
    '0',
    '\0',
    '\ud83d',
    'true',
    'null',
  ],
);

type Edit = { at: number; length: number; put: string | { from: number; to: number } };
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 0, max: 40 }),
  put: fc.oneof(
    signs,
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.record({
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      to: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  ),
});

function apply(text: Buffer, { at, length, put }: Edit): Buffer {
  const start = Math.floor(at * text.length);
  const [from, to] = typeof put === 'string' ? [0, 0] : [put.from, put.to].map(part => part * text.length);
  const piece = typeof put === 'string' ? Buffer.from(put) : text.subarray(from, Math.max(from!, to!));
  return Buffer.concat([text.subarray(0, start), piece, text.subarray(start + length)]);
}

const formats: SopsFormat[] = ['yaml', 'json', 'dotenv', 'ini', 'binary'];
const mutated = fc
  .tuple(fc.constantFrom(...files.keys()), fc.array(edit, { minLength: 1, maxLength: 4 }))
  .map(([i, edits]) => ({ file: files[i]!, text: edits.reduce(apply, texts[i]!) }));

/** Nothing but SopsFailed may come of a text, whatever it is. */
async function attempt(
  text: Buffer,
  format: SopsFormat,
  output: SopsFormat,
  keys = [age],
  ignoreMac = false,
) {
  try {
    await decrypt(text, { format, output, keys, ignoreMac });
  } catch (error) {
    expect(error).toBeInstanceOf(SopsFailed);
  }
}

describe('whatever is done to a file, it is decrypted or refused', () => {
  test('read as what it is', async () => {
    await fc.assert(fc.asyncProperty(mutated, ({ file, text }) => attempt(text, file.format, file.format)));
  });

  test('read and printed as something else, its MAC passed over', async () => {
    const format = fc.constantFrom(...formats);
    await fc.assert(
      fc.asyncProperty(mutated, format, format, ({ text }, from, to) => attempt(text, from, to, [age], true)),
    );
  });

  test('opened by another data key', async () => {
    await fc.assert(
      fc.asyncProperty(mutated, fc.uint8Array({ maxLength: 40 }), ({ file, text }, key) =>
        attempt(text, file.format, file.format, [openAll(key)]),
      ),
    );
  });
});
