import { expect, test } from 'vitest';
import { syncUrlOf } from './plain-git.ts';

/** By the rules of flux 2.9.4 (cmd/flux/bootstrap_git.go). */
test.each<[string, Partial<Parameters<typeof syncUrlOf>[0]>, string]>([
  ['ssh://git@example.com/a/b.git', {}, 'ssh://git@example.com/a/b.git'],
  ['ssh://git@example.com:2222/a/b', {}, 'ssh://git@example.com:2222/a/b'],
  ['ssh://example.com/a/b', {}, 'ssh://git@example.com/a/b'],
  ['ssh://key-id@example.com/v1/repos/a', {}, 'ssh://key-id@example.com/v1/repos/a'],
  ['ssh://git@example.com/a/b', { username: 'ann' }, 'ssh://ann@example.com/a/b'],
  ['ssh://git@example.com/a/b', { sshHostname: 'ssh.example.com:443' }, 'ssh://git@ssh.example.com:443/a/b'],
  ['https://example.com/a/b.git', {}, 'ssh://git@example.com/a/b.git'],
  ['https://example.com:8443/a/b.git', { tokenAuth: true }, 'https://example.com:8443/a/b.git'],
  ['https://ann:secret@example.com/a/b', { tokenAuth: true }, 'https://example.com/a/b'],
  ['ssh://git@example.com:2222/a/b', { tokenAuth: true }, 'https://example.com/a/b'],
  ['http://example.com/a', { tokenAuth: true, allowInsecureHttp: true }, 'http://example.com/a'],
])('a repository at %s with %j is followed at %s', (url, flags, followed) => {
  expect(syncUrlOf({ username: 'git', ...flags }, new URL(url))).toBe(followed);
});
