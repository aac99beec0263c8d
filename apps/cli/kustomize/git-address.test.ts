import { describe, expect, test } from 'vitest';
import { CliError } from '../cli-error.ts';
import { parseGitAddress } from './git-address.ts';

const address = (repository: string, path = '', ref = 'HEAD', timeout = 27_000) => ({
  repository,
  path,
  ref,
  timeout,
});

describe('the address of a remote base', () => {
  test.each([
    [
      'https://example.com/org/repo//deep/path?ref=v1',
      address('https://example.com/org/repo', 'deep/path', 'v1'),
    ],
    ['https://example.com/org/repo.git//a', address('https://example.com/org/repo.git', 'a')],
    ['https://example.com/group/sub/repo.git/a/b/', address('https://example.com/group/sub/repo.git', 'a/b')],
    ['https://github.com/org/repo/a/b?ref=main', address('https://github.com/org/repo', 'a/b', 'main')],
    ['https://github.com/org/repo', address('https://github.com/org/repo')],
    ['github.com/org/repo//a?version=v2', address('https://github.com/org/repo', 'a', 'v2')],
    ['github.com/org/repo?ref=a/b', address('https://github.com/org/repo', '', 'a/b')],
    ['git::https://example.com/org/repo//a', address('https://example.com/org/repo', 'a')],
    [
      'https://dev.azure.com/org/project/_git/repo/a?ref=x',
      address('https://dev.azure.com/org/project/_git/repo', 'a', 'x'),
    ],
    ['https://h/o/r?timeout=120&ref=v1', address('https://h/o/r', '', 'v1', 120_000)],
    ['https://h/o/r?timeout=1m30s', address('https://h/o/r', '', 'HEAD', 90_000)],
  ])('%s', (text, parsed) => {
    expect(parseGitAddress(text)).toEqual(parsed);
  });

  test.each(['git@github.com:org/repo//a', 'ssh://git@github.com/org/repo', 'file:///etc//x?ref=a'])(
    '%s is refused: only HTTP and HTTPS are loaded',
    text => {
      expect(() => parseGitAddress(text)).toThrow(/over HTTP and HTTPS only/);
    },
  );

  test('a timeout that is none is refused', () => {
    expect(() => parseGitAddress('https://h/o/r?timeout=soon')).toThrow(CliError);
  });
});
