import { describe, expect, test } from 'vitest';
import { bitbucketServer, gitea, gitHub, gitLab, hostUrl } from './index.ts';

const signal = new AbortController().signal;

describe('the hostname of a Git host', () => {
  test.each([
    ['github.com', 'https://github.com/'],
    ['git.example.com:8443', 'https://git.example.com:8443/'],
    ['https://git.example.com/gitlab/', 'https://git.example.com/gitlab'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000/'],
    ['http://localhost', 'http://localhost/'],
  ])('%s is %s', (hostname, url) => {
    expect(hostUrl(hostname).href).toBe(url);
  });

  test.each([
    ['', /is no name of a host/],
    ['a b', /is no name of a host/],
    ['user:secret@example.com', /may not hold more than a place/],
    ['example.com?x', /may not hold more than a place/],
    ['http://example.com', /would be told the token over plain HTTP/],
    ['http://127.0.0.1.example.com', /would be told the token over plain HTTP/],
  ])('%j is refused', (hostname, why) => {
    expect(() => hostUrl(hostname)).toThrow(why);
  });
});

/** As flux 2.9.4 writes them into gotk-sync.yaml. */
describe('the URLs of a repository', () => {
  const options = { owner: 'acme', repository: 'fleet', personal: false, token: 't' };

  test.each([
    ['github.com', gitHub, 'https://github.com/acme/fleet.git', 'ssh://git@github.com/acme/fleet'],
    ['gitlab.com', gitLab, 'https://gitlab.com/acme/fleet.git', 'ssh://git@gitlab.com/acme/fleet'],
    ['git.io:8443', gitea, 'https://git.io:8443/acme/fleet.git', 'ssh://git@git.io/acme/fleet'],
  ])('at %s', (hostname, open, https, ssh) => {
    const repository = open({ ...options, hostname }, signal);
    expect([repository.cloneUrl('https'), repository.cloneUrl('ssh')]).toEqual([https, ssh]);
    expect(repository.url).toBe(https.replace('.git', ''));
  });

  test('of a user at Bitbucket Server have a tilde', async () => {
    const repository = await bitbucketServer(
      { ...options, owner: 'ann', personal: true, hostname: 'git.example.com' },
      signal,
    );
    expect(repository.cloneUrl('https')).toBe('https://git.example.com/scm/~ann/fleet.git');
    expect(repository.cloneUrl('ssh')).toBe('ssh://git@git.example.com/~ann/fleet');
  });
});
