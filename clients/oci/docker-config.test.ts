import { describe, expect, test } from 'vitest';
import { InvalidDockerConfig, loginFor, parseDockerConfig } from './index.ts';

const entry = (username: string) => ({ auth: Buffer.from(`${username}:secret`).toString('base64') });
const config = (...keys: string[]) =>
  JSON.stringify({ auths: Object.fromEntries(keys.map(key => [key, entry(key || 'somebody')])) });

describe('the login for a repository', () => {
  test.each([
    ['ghcr.io', 'ghcr.io', 'org/app', true],
    ['https://ghcr.io/', 'ghcr.io', 'org/app', true],
    ['ghcr.io', 'ghcr.io:8443', 'org/app', false],
    ['ghcr.io/org', 'ghcr.io', 'org/app', true],
    ['ghcr.io/org', 'ghcr.io', 'organ/app', false],
    ['*.example.com', 'a.example.com', 'app', true],
    ['*.example.com', 'a.b.example.com', 'app', false],
    ['*.example.com', 'example.com', 'app', false],
    ['https://index.docker.io/v1/', 'index.docker.io', 'library/app', true],
    ['docker.io', 'index.docker.io', 'library/app', true],
    ['', 'ghcr.io', 'org/app', false],
  ])('of %j is for %s/%s: %s', (key, host, path, isFor) => {
    expect(loginFor(parseDockerConfig(config(key)), { host, path }) !== undefined).toBe(isFor);
  });

  test('is the one of the longest path', () => {
    const logins = parseDockerConfig(config('ghcr.io', 'ghcr.io/org/app', 'ghcr.io/org'));
    expect(loginFor(logins, { host: 'ghcr.io', path: 'org/app' })).toMatchObject({
      username: 'ghcr.io/org/app',
    });
  });

  test.each(['{', '[]', '{"auths":[]}', '{"auths":{"a":{"auth":"c2VjcmV0"}}}'])(
    '%s is refused, and nothing of it is said',
    text => {
      expect(() => parseDockerConfig(text)).toThrow(InvalidDockerConfig);
      expect(() => parseDockerConfig(text)).not.toThrow('secret');
    },
  );
});
