import { describe, expect, test } from 'vitest';
import { InvalidRepository, parseRepository } from './index.ts';

describe('the name of a repository', () => {
  test.each([
    ['ghcr.io/org/app', 'ghcr.io', 'org/app'],
    ['localhost:5000/app', 'localhost:5000', 'app'],
    ['localhost/app', 'localhost', 'app'],
    ['127.0.0.1:80/a/b', '127.0.0.1:80', 'a/b'],
    ['docker.io/nginx', 'index.docker.io', 'library/nginx'],
    ['org/app', 'index.docker.io', 'org/app'],
  ])('%s is at %s, and %s there', (text, host, path) => {
    expect(parseRepository(text)).toEqual({ host, path });
  });

  test.each([
    'ghcr.io/org/app:v1',
    'ghcr.io/org/app@sha256:00',
    'ghcr.io/',
    'ghcr.io/Org',
    'ghcr.io/a/../b',
    'ghcr.io/a%2fb',
    'user:pass@ghcr.io/a',
    'ghcr.io:x/a',
  ])('%s is none', text => {
    expect(() => parseRepository(text)).toThrow(InvalidRepository);
  });
});
