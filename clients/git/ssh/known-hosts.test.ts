import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { InvalidKnownHosts, parseKnownHosts } from './known-hosts.ts';

const key = (type: string, rest: string) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type + rest)]);
};
const [mine, other, third] = [key('ssh-ed25519', 'a'), key('ssh-ed25519', 'b'), key('ssh-rsa', 'c')];
const b64 = (bytes: Buffer) => bytes.toString('base64');
const hashed = (name: string) =>
  `|1|${b64(Buffer.from('salt'))}|${createHmac('sha1', 'salt').update(name).digest('base64')}`;

describe('a host', () => {
  test.each([
    ['by its name', `git.example ssh-ed25519 ${b64(mine)} a comment`, 22],
    ['among others', `other.example,git.example ssh-ed25519 ${b64(mine)}`, 22],
    ['by a wildcard', `*.exam?le ssh-ed25519 ${b64(mine)}`, 22],
    ['on a port', `[git.example]:2222 ssh-ed25519 ${b64(mine)}`, 2222],
    ['on a port, without brackets', `git.example:2222 ssh-ed25519 ${b64(mine)}`, 2222],
    ['by a hash', `${hashed('git.example')} ssh-ed25519 ${b64(mine)}`, 22],
    ['by a hash, on a port', `${hashed('[git.example]:2222')} ssh-ed25519 ${b64(mine)}`, 2222],
    [
      'beside comments and a key of another kind',
      `# x\n\n  git.example ssh-rsa ${b64(third)}\r\ngit.example ssh-ed25519 ${b64(mine)}`,
      22,
    ],
  ])('is known %s', (_, text, port) => {
    expect(parseKnownHosts(text).objection('git.example', port, mine)).toBeUndefined();
  });

  test.each([
    ['has another key', `git.example ssh-ed25519 ${b64(other)}`, 'knownhosts: key mismatch'],
    [
      'shows a key of a kind that is not known of it',
      `git.example ssh-rsa ${b64(third)}`,
      'knownhosts: key mismatch',
    ],
    ['is not in the file', `git.example.org ssh-ed25519 ${b64(mine)}`, 'knownhosts: key is unknown'],
    ['is known on another port', `[git.example]:2222 ssh-ed25519 ${b64(mine)}`, 'knownhosts: key is unknown'],
    ['is left out', `*,!git.example ssh-ed25519 ${b64(mine)}`, 'knownhosts: key is unknown'],
    ['is of another hash', `${hashed('x')} ssh-ed25519 ${b64(mine)}`, 'knownhosts: key is unknown'],
    [
      'is only known by who certifies it',
      `@cert-authority * ssh-ed25519 ${b64(mine)}`,
      'knownhosts: key is unknown',
    ],
    [
      'shows a revoked key',
      `* ssh-ed25519 ${b64(mine)}\n@revoked * ssh-ed25519 ${b64(mine)}`,
      'knownhosts: key is revoked',
    ],
    [
      'has two keys of a kind, of which the first counts',
      `* ssh-ed25519 ${b64(other)}\n* ssh-ed25519 ${b64(mine)}`,
      'knownhosts: key mismatch',
    ],
    ['is in no file', '', 'knownhosts: key is unknown'],
  ])('is objected to when it %s', (_, text, objection) => {
    expect(parseKnownHosts(text).objection('git.example', 22, mine)).toBe(objection);
  });

  test('is asked for keys of the kinds that are known of it', () => {
    const known = parseKnownHosts(`a ssh-rsa ${b64(third)}\nb ssh-ed25519 ${b64(mine)}`);
    expect(known.keyTypes('a', 22)).toEqual(['ssh-rsa']);
    expect(known.keyTypes('c', 22)).toEqual([]);
  });

  test('is told from a long wildcard in the time of both', () => {
    const pattern = `${'*a'.repeat(2000)}b`;
    const known = parseKnownHosts(`${pattern} ssh-ed25519 ${b64(mine)}`);
    expect(known.objection('a'.repeat(250), 22, mine)).toBe('knownhosts: key is unknown');
  });
});

test.each([
  'git.example',
  'git.example ssh-ed25519',
  'git.example ssh-ed25519 secret!',
  `git.example ssh-ed25519 ${btoa('secret')}`,
  `[git.example ssh-ed25519 ${b64(mine)}`,
  `|2|a|b ssh-ed25519 ${b64(mine)}`,
  `! ssh-ed25519 ${b64(mine)}`,
])('%s is no line of such a file', line => {
  expect(() => parseKnownHosts(`# one\n${line}`)).toThrow(InvalidKnownHosts);
  expect(() => parseKnownHosts(`# one\n${line}`)).toThrow(/line 2: (?!.*secret)/);
});
