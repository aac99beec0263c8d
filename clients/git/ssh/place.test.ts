import { expect, test } from 'vitest';
import { GitError } from '../index.ts';
import { sshPlace } from './place.ts';

test.each([
  [
    'ssh://git@example.com/team/fleet.git',
    { host: 'example.com', port: 22, user: 'git', path: '/team/fleet.git' },
  ],
  ['ssh://example.com:2222/fleet', { host: 'example.com', port: 2222, user: 'git', path: '/fleet' }],
  ['ssh://me@[::1]:22/a%20b', { host: '::1', port: 22, user: 'me', path: '/a b' }],
  ['ssh://APKA1234@git-codecommit.eu-west-1.amazonaws.com/v1/repos/a', { user: 'APKA1234' }],
  [`ssh://git@host/it's!`, { path: `/it's!` }],
])('%s is a place', (url, place) => expect(sshPlace(url)).toMatchObject(place));

test.each([
  'ssh://-oProxyCommand=touch%20x/a',
  'ssh://git@-oProxyCommand=x/a',
  'ssh://-oProxyCommand=x@host/a',
  'ssh://-x@host/a',
  'ssh://git@host%0aX/a',
  'ssh://git@ho$(x)st/a',
  'ssh://git@host/a%0ab',
  'ssh://git@host/a%00b',
  'ssh://me%20you@host/a',
  'ssh://git@host',
  'ssh://git@host/',
  'ssh:///a',
])('%s is refused', url => {
  expect(() => sshPlace(url)).toThrow(GitError);
  expect(() => sshPlace(url)).toThrow(/is refused: its|names no repository/);
});
