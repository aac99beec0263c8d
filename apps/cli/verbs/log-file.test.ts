import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { linesOfFile } from './log-file.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-file-'));
  file = join(folder, 'log');
});
afterEach(() => rmSync(folder, { recursive: true }));

const reading = (options: { tail?: number } = {}) =>
  Array.fromAsync(linesOfFile(file, { follow: false, signal: AbortSignal.abort(), ...options }));

test('all lines are read, the last also without its line break', async () => {
  writeFileSync(file, 'one\ntwo\nthree');
  expect(await reading()).toEqual(['one', 'two', 'three']);
});

test('the last lines are enough where they are asked for', async () => {
  writeFileSync(file, 'one\ntwo\nthree\n');
  expect(await reading({ tail: 2 })).toEqual(['two', 'three']);
  expect(await reading({ tail: 0 })).toEqual([]);
});

test('a file that is followed gives what is written to it, in whole lines, until the signal aborts', async () => {
  writeFileSync(file, 'one\n');
  const stop = new AbortController();
  const lines = linesOfFile(file, { follow: true, signal: stop.signal });
  expect((await lines.next()).value).toBe('one');
  const next = lines.next();
  appendFileSync(file, 'tw');
  appendFileSync(file, 'o\n');
  expect((await next).value).toBe('two');
  const last = lines.next();
  stop.abort();
  expect((await last).done).toBe(true);
});

test('a file that was emptied is read from its start', async () => {
  writeFileSync(file, 'a long first line\n');
  const stop = new AbortController();
  const lines = linesOfFile(file, { follow: true, signal: stop.signal });
  await lines.next();
  const next = lines.next();
  truncateSync(file);
  appendFileSync(file, 'new\n');
  expect((await next).value).toBe('new');
  stop.abort();
});
