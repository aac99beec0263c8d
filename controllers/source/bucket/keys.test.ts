import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyRefused, pathsOf, revisionOf } from './keys.ts';

const limits = { path: 4096, depth: 256 };

test('the revision is the digest of the sorted lines of keys and etags', () => {
  const lines = 'A 3\na 1\na/b 2\nü 4\n';
  const entries = [
    ['a/b', '2'],
    ['ü', '4'],
    ['a', '1'],
    ['A', '3'],
  ].map(([key, etag]) => [key!, { etag: etag! }] as const);
  expect(revisionOf(entries, 'sha256')).toBe(`sha256:${createHash('sha256').update(lines).digest('hex')}`);
  expect(revisionOf([], 'sha256')).toBe(`sha256:${createHash('sha256').digest('hex')}`);
});

test.each([
  ['a/b.yaml', 'a/b.yaml'],
  ['/a', 'a'],
  ['../../a', 'a'],
  ['a/../b', 'b'],
  ['a/../../b', 'b'],
  ['./a//b/.', 'a/b'],
  ['a b', 'a b'],
  ['...', '...'],
])('the key %s is the file %s', (key, path) => {
  expect(pathsOf([key], limits).get(key)).toBe(path);
});

test.each([
  [['..']],
  [['/']],
  [['']],
  [['a\\b']],
  [['a\0b']],
  [['x'.repeat(256)]],
  [['a/'.repeat(300)]],
  [['x/'.repeat(3000)]],
  [['a', './a']],
  [['a', 'a/b']],
  [['a/b/c', 'a/b']],
])('no file can be called %j', keys => {
  expect(() => pathsOf(keys, limits)).toThrow(KeyRefused);
});

test('no key leads out of the artifact', () => {
  const part = fc.oneof(fc.constantFrom('..', '.', '', '/', 'a'), fc.string({ maxLength: 5 }));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), parts => {
      const key = parts.join('/');
      try {
        const path = pathsOf([key], limits).get(key)!;
        expect(path.split('/').some(one => one === '' || one === '.' || one === '..')).toBe(false);
        expect(path).not.toMatch(/[\\\0]/);
      } catch (error) {
        if (!(error instanceof KeyRefused)) throw error;
      }
    }),
  );
});
