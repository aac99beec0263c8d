import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loginOf } from './login.ts';

let folder: string;
const signal = new AbortController().signal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-login-'));
  vi.stubEnv('DOCKER_CONFIG', folder);
  vi.stubEnv('XDG_RUNTIME_DIR', '');
  vi.stubEnv('REGISTRY_AUTH_FILE', '');
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const config = (value: object) => writeFileSync(join(folder, 'config.json'), JSON.stringify(value));
const loginAt = (host: string, creds?: string) =>
  loginOf({ host, path: 'org/app' }, { provider: 'generic', ...(creds && { creds }) }, signal);
/** A credential helper that answers everybody with what it was asked. */
function helper(name: string): void {
  const file = join(folder, `docker-credential-${name}`);
  writeFileSync(
    file,
    `#!/bin/sh\nread host\necho "{\\"Username\\": \\"${name}\\", \\"Secret\\": \\"$host\\"}"\n`,
  );
  chmodSync(file, 0o755);
}

test('a login is that of docker for the registry', async () => {
  config({ auths: { 'ghcr.io': { auth: btoa('me:secret') } } });
  expect(await loginAt('ghcr.io')).toEqual({ username: 'me', password: 'secret' });
  expect(await loginAt('quay.io')).toBeUndefined();
});

test('what is given on the command line goes before, a token by itself too', async () => {
  config({ auths: { 'ghcr.io': { auth: btoa('me:secret') } } });
  expect(await loginAt('ghcr.io', 'you:a:b')).toEqual({ username: 'you', password: 'a:b' });
  expect(await loginAt('ghcr.io', 'token')).toEqual({ registryToken: 'token' });
});

test('a helper of docker is asked, the one of the registry before the one of all', async () => {
  helper('store');
  helper('own');
  config({ credsStore: 'store', credHelpers: { 'ghcr.io': 'own' } });
  expect(await loginAt('ghcr.io')).toEqual({ username: 'own', password: 'ghcr.io' });
  expect(await loginAt('quay.io')).toEqual({ username: 'store', password: 'quay.io' });
});

test.each(['../evil', 'a b', '', 'no-such-helper'])('%j is no helper', async credsStore => {
  config({ credsStore });
  expect(await loginAt('ghcr.io')).toBeUndefined();
});

test('a config that is damaged is told by its name, without what is in it', async () => {
  config({ auths: { 'ghcr.io': { auth: 'c2VjcmV0' } } });
  await expect(loginAt('ghcr.io')).rejects.toThrow(/config.json is no Docker config: .*no 'user:password'/);
});
