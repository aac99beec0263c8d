import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogLine } from './log.ts';
import { logBuffer } from './log-buffer.ts';
import { momentOf } from './log-position.ts';

const at = (second: number) => new Date(second * 1000).toISOString();
const texts = (buffer: ReturnType<typeof logBuffer>) =>
  buffer.blocks.flatMap(({ entries }) => entries.map(({ text }) => text));

test('the last lines are kept, and it is told how many are not', () => {
  const buffer = logBuffer(1000);
  for (let i = 0; i < 5000; i += 50)
    buffer.add(
      'a',
      Array.from({ length: 50 }, (_, j): LogLine => [at(i + j), `${i + j}`]),
    );
  expect(texts(buffer).at(-1)).toBe('4999');
  expect(texts(buffer).length).toBeGreaterThanOrEqual(1000);
  expect(texts(buffer).length).toBeLessThan(1200);
  expect(buffer.dropped + texts(buffer).length).toBe(5000);
});

test('a log that is read again tells no line twice, and loses none', () => {
  const log = fc.array(fc.nat(5)).map(steps => {
    let second = 0;
    return steps.map((step, i): LogLine => [at((second += Math.max(0, step - 3))), `${i}`]);
  });
  fc.assert(
    fc.property(log, fc.nat(30), (lines, cut) => {
      const buffer = logBuffer();
      buffer.add('a', lines.slice(0, cut));
      const since = buffer.again();
      const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
      for (const line of lines.filter(([time]) => Date.parse(time) >= from)) buffer.add('a', [line]);
      expect(texts(buffer)).toEqual(lines.map(([, text]) => text));
    }),
  );
});

test('the source that was read least far says from when on all are read again', () => {
  const buffer = logBuffer();
  buffer.add('a', [[at(10), 'x']]);
  buffer.add('b', [[at(5), 'y']]);
  expect(buffer.again()).toBe(at(5));
  buffer.add('a', [
    [at(5), 'before'],
    [at(10), 'x'],
    [at(10), 'new'],
  ]);
  buffer.add('b', [
    [at(5), 'y'],
    [at(7), 'z'],
  ]);
  expect(texts(buffer)).toEqual(['x', 'y', 'new', 'z']);
});

test.each([
  ['2026-01-01T00:00:00.5Z', '2026-01-01T00:00:00.51Z'],
  ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000000001Z'],
  ['2026-01-01T01:00:00.9+01:00', '2026-01-01T00:00:01Z'],
])('%s comes before %s', (a, b) => {
  expect(momentOf(a) < momentOf(b)).toBe(true);
});
