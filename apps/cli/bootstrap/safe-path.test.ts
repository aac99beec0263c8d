import { expect, test } from 'vitest';
import { safePath } from './safe-path.ts';

/** As flux 2.9.4 reads --path. */
test.each([
  ['clusters/my-cluster', './clusters/my-cluster'],
  ['./clusters/my-cluster/', './clusters/my-cluster'],
  ['/clusters//a', './clusters/a'],
  ['clusters/a/../b', './clusters/b'],
  ['../../etc', './etc'],
  [' clusters ', './clusters'],
  ['.', './'],
  ['', './'],
])('%j is the folder %j', (given, path) => {
  expect(safePath(given)).toBe(path);
});
