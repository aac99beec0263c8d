import { generateKeyPairSync, verify } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { http } from '../http.ts';
import { type GitHubApp, gitHubLogin } from './app.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const now = new Date('2026-01-01T00:00:00Z');

describe('a GitHub App', () => {
  let server: Server;
  let baseUrl: string;
  const asked: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      const [head = '', claims = '', signature = ''] = (request.headers.authorization ?? '')
        .replace('Bearer ', '')
        .split('.');
      const isSigned = verify(
        'sha256',
        Buffer.from(`${head}.${claims}`),
        publicKey,
        Buffer.from(signature, 'base64url'),
      );
      const said = JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}');
      if (!isSigned || said.iss !== '12' || said.exp - said.iat !== 120)
        return response.writeHead(401).end('{}');
      const answers: Record<string, object> = {
        'GET /api/v3/users/me/installation': { id: 34 },
        'POST /api/v3/app/installations/34/access_tokens': {
          token: 'ghs_1',
          expires_at: '2026-01-01T01:00:00Z',
        },
      };
      const answer = answers[asked.at(-1)!];
      return response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer ?? { message: 'Not Found' }));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3/`;
  });
  afterAll(() => new Promise(resolve => server.close(resolve)));

  const login = (more: Partial<GitHubApp>) =>
    gitHubLogin(http(), { appId: '12', privateKey, baseUrl, ...more }, now, undefined);

  test.each<[string, Partial<GitHubApp>]>([
    ['the number of its installation', { installationId: '34' }],
    ['who it is installed for', { owner: 'me' }],
  ])('is given a password by %s', async (_, more) => {
    expect(await login(more)).toEqual({
      username: 'x-access-token',
      password: 'ghs_1',
      expires: new Date('2026-01-01T01:00:00Z'),
    });
  });

  test('is looked for as an organization first', async () => {
    asked.length = 0;
    await login({ owner: 'me' });
    expect(asked[0]).toBe('GET /api/v3/orgs/me/installation');
  });

  test.each<[string, Partial<GitHubApp>, RegExp]>([
    ['no number', { appId: 'x', owner: 'me' }, /app ID must be provided/],
    ['nobody', {}, /app installation owner or ID must be provided/],
    ['two places', { owner: 'me', installationId: '34' }, /only one of app installation owner or ID/],
    ['no key', { owner: 'me', privateKey: '' }, /private key must be provided/],
    ['a key that is none', { owner: 'me', privateKey: 'secret' }, /could not parse private key(?!.*secret)/],
    ['a stranger', { owner: 'you' }, /not installed for "you"/],
    ['a path', { owner: '..' }, /is no path of names/],
    ['another number', { installationId: '35' }, /answers 404 \(Not Found\)/],
    ['no URL', { owner: 'me', baseUrl: 'file:///etc' }, /githubAppBaseURL is no URL/],
  ])('is refused with %s', async (_, more, message) => {
    await expect(login(more)).rejects.toThrow(message);
  });
});
