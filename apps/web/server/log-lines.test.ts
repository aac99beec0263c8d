import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logLines } from './log-lines.ts';

async function* inChunks(bytes: Uint8Array, sizes: number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const size of sizes) {
    yield bytes.subarray(start, start + size);
    start += size;
  }
  yield bytes.subarray(start);
}

const linesOf = (text: string, sizes: number[] = []) =>
  Array.fromAsync(logLines(inChunks(new TextEncoder().encode(text), sizes)));

test('however the bytes come, the lines are the same', async () => {
  const text = fc.array(fc.string({ unit: 'grapheme' }).map(line => line.replaceAll('\n', ' ')));
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(5)), async (lines, sizes) => {
      const whole = lines.map(line => `2026-01-01T00:00:00.5Z ${line}\n`).join('');
      expect(await linesOf(whole, sizes)).toEqual(lines.map(line => ['2026-01-01T00:00:00.5Z', line]));
    }),
  );
});

test.each([
  ['2026-01-01T00:00:00Z \n', [['2026-01-01T00:00:00Z', '']]],
  ['2026-01-01T00:00:00Z a b', [['2026-01-01T00:00:00Z', 'a b']]],
  ['no time here\n', [['', 'no time here']]],
  ['unable to retrieve container logs', [['', 'unable to retrieve container logs']]],
  ['', []],
])('%j', async (text, lines) => {
  expect(await linesOf(text)).toEqual(lines);
});

test('a line without an end takes no more memory than a line can have', async () => {
  const [[, text]] = (await linesOf(`x${'y'.repeat(5_000_000)}\nz`, Array(100).fill(50_000))) as [
    [string, string],
  ];
  expect(text.length).toBeLessThan(20_000);
  expect(text).toMatch(/… \(cut\)$/);
});
