import { describe, expect, test } from 'vitest';
import { commitPage, commitPages } from './commit-page.ts';

const commit = '5394cb7f48332b2de7c17dd8b8384bbc84b7e738';

describe('the page of a commit', () => {
  test.each([
    ['https://github.com/acme/fleet', 'https://github.com/acme/fleet/commit/'],
    ['https://github.com/acme/fleet.git', 'https://github.com/acme/fleet/commit/'],
    ['ssh://git@github.com:22/acme/fleet.git', 'https://github.com/acme/fleet/commit/'],
    ['git@github.com:acme/fleet.git', 'https://github.com/acme/fleet/commit/'],
    ['https://github.example.com/acme/fleet/', 'https://github.example.com/acme/fleet/commit/'],
    ['https://gitlab.com/acme/group/fleet.git', 'https://gitlab.com/acme/group/fleet/-/commit/'],
    ['ssh://git@gitlab.example.com:2222/acme/fleet', 'https://gitlab.example.com/acme/fleet/-/commit/'],
    ['https://gitlab.example.com:8443/acme/fleet', 'https://gitlab.example.com:8443/acme/fleet/-/commit/'],
    ['https://bitbucket.org/acme/fleet', 'https://bitbucket.org/acme/fleet/commits/'],
    ['https://codeberg.org/acme/fleet', 'https://codeberg.org/acme/fleet/commit/'],
    ['https://dev.azure.com/acme/web/_git/fleet', 'https://dev.azure.com/acme/web/_git/fleet/commit/'],
    ['https://ada:token@github.com/acme/fleet', 'https://github.com/acme/fleet/commit/'],
  ])('of %s is behind %s', (url, pages) => {
    expect(commitPages(url)).toBe(pages);
    expect(commitPage(pages, `main@sha1:${commit}`)).toBe(pages + commit);
  });

  test.each([
    'https://git.example.com/acme/fleet',
    'http://github.com/acme/fleet',
    'javascript://github.com/acme/fleet',
    'javascript:alert(1)',
    'https://github.com',
    'https://evil.example/github.com/acme/fleet',
    'https://evilgithub.com/acme/fleet',
    'file:///github.com/acme/fleet',
    '/srv/git/fleet',
    '',
  ])('of %j is nobody’s guess', url => {
    expect(commitPages(url)).toBeUndefined();
  });

  test.each(['main@sha1:abc', 'latest@sha256:xyz', '6.1.0', `main@sha1:${commit}/../..`, ''])(
    'is none for the revision %j',
    revision => {
      expect(commitPage('https://github.com/acme/fleet/commit/', revision)).toBeUndefined();
    },
  );
});
