import { describe, expect, test } from 'vitest';
import { InvalidRepository, parseRepository } from './index.ts';
import { isNear } from './repository-name.ts';

describe('the name of a repository', () => {
  test.each([
    ['ghcr.io/org/app', 'ghcr.io', 'org/app'],
    ['localhost:5000/app', 'localhost:5000', 'app'],
    ['localhost/app', 'index.docker.io', 'localhost/app'],
    ['127.0.0.1:80/a/b', '127.0.0.1:80', 'a/b'],
    ['ghcr.io/a__b/c--d./e', 'ghcr.io', 'a__b/c--d./e'],
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
    'ghcr.io/a//b',
    'ghcr.io/./ab',
    'ghcr.io/x',
    `ghcr.io/${'a'.repeat(256)}`,
    'user:pass@ghcr.io/a',
    'ghcr.io:x/a',
  ])('%s is none', text => {
    expect(() => parseRepository(text)).toThrow(InvalidRepository);
  });
});

describe('without TLS and without being called insecure', () => {
  test.each([
    'localhost:5000',
    'registry.localhost',
    'registry.localhost:5000',
    '127.0.0.1',
    '127.0.0.1:5000',
    '[::1]:5000',
    '10.1.2.3',
    '172.16.0.1:5000',
    '172.31.255.255',
    '192.168.0.1',
  ])('%s may be', host => expect(isNear(host)).toBe(true));

  test.each([
    'localhost',
    'example.local',
    'localhost.example.com:80',
    '127.0.0.1.example.com',
    '127.0.0.2',
    '10.0.0.1.example.com',
    '0x0a000001',
    '167772161',
    '010.0.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '[fe80::1]',
    'registry.example.com',
  ])('%s may not be', host => expect(isNear(host)).toBe(false));
});
