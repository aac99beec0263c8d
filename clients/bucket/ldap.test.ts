import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ldapKeys } from './index.ts';

describe('keys for somebody of a directory', () => {
  let server: Server;
  let answer: [status: number, body: string];
  let form = '';
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      form = Buffer.concat(await Array.fromAsync(request)).toString();
      response.writeHead(answer[0]).end(answer[1]);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const ask = () => {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const login = { endpoint, username: 'jane', password: 'pass&word' };
    return ldapKeys(login, {}, AbortSignal.timeout(10_000));
  };

  test('are given by the service', async () => {
    answer = [
      200,
      '<AssumeRoleWithLDAPIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithLDAPIdentityResult><Credentials><AccessKeyId>id</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithLDAPIdentityResult></AssumeRoleWithLDAPIdentityResponse>',
    ];
    expect(await ask()).toEqual({ accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' });
    expect(Object.fromEntries(new URLSearchParams(form))).toEqual({
      Action: 'AssumeRoleWithLDAPIdentity',
      Version: '2011-06-15',
      LDAPUsername: 'jane',
      LDAPPassword: 'pass&word',
    });
  });

  test.each<[string, [number, string], object]>([
    [
      'refuses',
      [
        403,
        '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not pass&amp;word</Message></Error></ErrorResponse>',
      ],
      { failure: 'refused', message: 'AccessDenied: not ***' },
    ],
    ['has no words', [500, ''], { failure: 'busy' }],
    ['gives none', [200, '<x/>'], { failure: 'invalid' }],
    ['says too much', [200, 'x'.repeat(100_000)], { failure: 'invalid' }],
  ])('are not there where the service %s', async (_, given, expected) => {
    answer = given;
    await expect(ask()).rejects.toMatchObject({ name: 'StoreError', ...expected });
  });
});
