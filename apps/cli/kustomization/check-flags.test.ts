import { expect, test } from 'vitest';
import { readLocalSources } from './check-flags.ts';

test('sources that lie here are read from one flag or several', () => {
  const first = readLocalSources('GitRepository/a/b=./x,OCIRepository/c/d=/y=z');
  expect([...readLocalSources('Bucket/e/f=w', first)]).toEqual([
    ['GitRepository/a/b', './x'],
    ['OCIRepository/c/d', '/y=z'],
    ['Bucket/e/f', 'w'],
  ]);
});

test('a source without a folder is refused', () => {
  expect(() => readLocalSources('GitRepository/a/b')).toThrow(/must be formatted as key=value/);
});
