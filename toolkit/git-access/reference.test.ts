import { describe, expect, test } from 'vitest';
import { patternsFor, ReferenceNotFound, resolveReference } from './reference.ts';

const a = 'a'.repeat(40);
const b = 'b'.repeat(40);
const url = 'https://example.com/fleet';
const remote = new Map([
  ['refs/heads/main', a],
  ['refs/heads/master', b],
  ['refs/tags/v1.0.0', a],
  ['refs/tags/v1.2.0', b],
  ['refs/tags/v1', a],
  ['refs/tags/v3', a],
  ['refs/tags/v2.0.0-rc.1', a],
  ['refs/pull/7/head', b],
]);

describe('spec.ref', () => {
  test.each([
    [undefined, 'refs/heads/master', `master@sha1:${b}`],
    [{ branch: 'main' }, 'refs/heads/main', `main@sha1:${a}`],
    [{ tag: 'v1.0.0' }, 'refs/tags/v1.0.0', `v1.0.0@sha1:${a}`],
    [{ tag: 'v1.0.0', semver: '1.x' }, 'refs/tags/v1.2.0', `v1.2.0@sha1:${b}`],
    [{ semver: '>=2.0.0-0' }, 'refs/tags/v2.0.0-rc.1', `v2.0.0-rc.1@sha1:${a}`],
    [{ name: 'refs/pull/7/head', semver: '1.x' }, 'refs/pull/7/head', `refs/pull/7/head@sha1:${b}`],
    [{ name: 'refs/tags/v1.2.0^{}' }, 'refs/tags/v1.2.0', `refs/tags/v1.2.0^{}@sha1:${b}`],
    [{ commit: a, branch: 'main' }, a, `main@sha1:${a}`],
    [{ commit: a }, a, `sha1:${a}`],
    [{ commit: 'c'.repeat(64) }, 'c'.repeat(64), `sha256:${'c'.repeat(64)}`],
  ])('%o is fetched as %s', (ref, reference, revision) => {
    expect(resolveReference(ref, remote, url)).toMatchObject({ reference, revision });
  });

  test.each([
    { branch: 'gone' },
    { tag: 'v9' },
    { semver: '>9' },
    { semver: 'newest' },
    { name: 'refs/pull/8/head' },
    { name: '^{}' },
    { commit: 'main' },
    { commit: a.slice(0, 12), branch: 'main' },
  ])('%o is not found', ref => {
    expect(() => resolveReference(ref, remote, url)).toThrow(ReferenceNotFound);
  });

  test('a commit has to be on the branch that is named, or on any', () => {
    expect(resolveReference({ commit: a, branch: 'main' }, remote, url).within).toBe('refs/heads/main');
    expect(resolveReference({ commit: a.toUpperCase() }, remote, url)).toMatchObject({
      commit: a,
      within: 'refs/heads/*',
    });
  });

  test('the remote is asked for no more than is needed', () => {
    expect(patternsFor({ branch: 'main' })).toEqual(['refs/heads/main']);
    expect(patternsFor({ semver: '1.x' })).toEqual(['refs/tags/*']);
    expect(patternsFor({ commit: a })).toEqual([]);
    expect(patternsFor({ name: 'refs/tags/v1^{}' })).toEqual(['refs/tags/v1', 'refs/tags/v1^{}']);
  });
});
