import type { KubeObject } from '@millrace/kube';
import { describe, expect, test } from 'vitest';
import { httpCredentials, sshCredentials } from './credentials.ts';

const secret = (data: Record<string, string>) =>
  ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'access', namespace: 'team' },
    data: Object.fromEntries(Object.entries(data).map(([k, v]) => [k, btoa(v)])),
  }) as KubeObject;

describe('a Secret for HTTP', () => {
  const read = (data: Record<string, string>) => httpCredentials(secret(data), 'https');

  test('gives a name and password, a token, an authority, a certificate', () => {
    expect(read({ username: 'me', password: 'pass', 'ca.crt': 'PEM', caFile: 'OLD' })).toMatchObject({
      username: 'me',
      password: 'pass',
      ca: 'PEM',
    });
    expect(read({ bearerToken: 'token', caFile: 'OLD' })).toMatchObject({ bearerToken: 'token', ca: 'OLD' });
    expect(read({ 'tls.crt': 'C', 'tls.key': 'K' })).toMatchObject({ cert: 'C', key: 'K' });
    expect(read({ username: 'me' })).toMatchObject({ username: 'me', password: undefined });
  });

  test('gives the token, where it has both', () => {
    expect(read({ bearerToken: 'token', username: 'me', password: 'pass' })).toEqual({
      bearerToken: 'token',
    });
  });

  test.each([
    [{ password: 'hunter2' }, `invalid 'https' auth option: 'password' requires 'username' to be set`],
    [{ 'tls.crt': 'hunter2' }, 'both tls.crt and tls.key'],
    [{ 'tls.key': 'hunter2' }, 'both tls.crt and tls.key'],
  ])('is refused as %o, without its values', (data, message) => {
    expect(() => read(data)).toThrow(message);
    expect(() => read(data)).toThrow(/^failed to configure authentication options: (?!.*hunter2)/);
  });
});

describe('a Secret for SSH', () => {
  test.each([
    [{}, `invalid 'ssh' auth option: 'identity' is required`],
    [{ identity: 'hunter2' }, `invalid 'ssh' auth option: 'known_hosts' is required`],
    [
      { identity: '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n', known_hosts: 'x' },
      `SSH identity key is encrypted but no 'password' field was provided in the secret 'team/access'`,
    ],
  ])('is refused as %o, without its values', (data, message) => {
    expect(() => sshCredentials(secret(data))).toThrow(message);
    expect(() => sshCredentials(secret(data))).not.toThrow(/hunter2/);
  });

  test('is demanded', () => {
    expect(() => sshCredentials(undefined)).toThrow(`'identity' is required`);
  });
});
