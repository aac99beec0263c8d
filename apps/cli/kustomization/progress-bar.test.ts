import { PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { progressBar } from './progress-bar.ts';

const stream = (isTTY: boolean) => Object.assign(new PassThrough(), { isTTY });

test('a terminal shows what is under way, and is left clean', () => {
  vi.useFakeTimers();
  const out = stream(true);
  const bar = progressBar(true, out);
  bar.show('running dry-run in apps');
  vi.advanceTimersByTime(100);
  bar.stop();
  vi.useRealTimers();
  const written = String(out.read());
  expect(written).toContain('Kustomization diffing... running dry-run in apps');
  expect(written.endsWith('\r\u001b[K')).toBe(true);
});

test.each([
  [true, false],
  [false, true],
])('wanted: %j, on a terminal: %j writes nothing', (isWanted, isTTY) => {
  const out = stream(isTTY);
  const bar = progressBar(isWanted, out);
  bar.show('anything');
  bar.stop();
  expect(out.read()).toBeNull();
});
