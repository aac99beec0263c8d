import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Registry, startRegistry } from './index.ts';
import { clientOf, digestOf } from './testing/client.ts';

let folder: string;
let registry: Registry;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-registry-'));
  registry = await startRegistry({ root: join(folder, 'registry') });
  await clientOf(registry.url, registry.token).artifact('app', 'v1', 'hello');
});
afterAll(async () => {
  await registry.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Fetch takes no Host of ours. */
function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ code: number; text: string; challenge: string }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(registry.url);
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, async answer => {
      let text = '';
      for await (const chunk of answer.setEncoding('utf8')) text += chunk;
      resolve({ code: answer.statusCode ?? 0, text, challenge: answer.headers['www-authenticate'] ?? '' });
    });
    sent.on('error', reject);
    sent.end();
  });
}

const basic = (password: string) => `Basic ${btoa(`user:${password}`)}`;

describe('a web page', () => {
  test.each<[string, Record<string, string>]>([
    ['by a name of its own', { host: 'evil.example:5000' }],
    ['from another origin', { origin: 'https://evil.example' }],
    ['as another site', { 'sec-fetch-site': 'cross-site' }],
  ])('reads nothing and gets no token: %s', async (_, headers) => {
    for (const path of ['/v2/app/manifests/v1', '/v2/', '/token', '/v2/_catalog'])
      expect((await ask('GET', path, headers)).code).toBe(403);
    const push = await ask('POST', '/v2/app/blobs/uploads/', {
      ...headers,
      authorization: basic(registry.token),
    });
    expect(push.code).toBe(403);
  });
});

describe('who has no token', () => {
  const writes: [string, string][] = [
    ['POST', '/v2/app/blobs/uploads/'],
    ['PATCH', '/v2/app/blobs/uploads/x'],
    ['PUT', '/v2/app/blobs/uploads/x'],
    ['PUT', '/v2/app/manifests/v1'],
    ['DELETE', '/v2/app/manifests/v1'],
    ['DELETE', `/v2/app/blobs/${digestOf('hello')}`],
  ];
  test.each(writes)('does not %s %s', async (method, path) => {
    for (const authorization of [
      undefined,
      basic(''),
      basic('0'.repeat(40)),
      'Bearer anonymous',
      'Bearer x',
      'Basic',
      '',
    ]) {
      const answer = await ask(method, path, authorization === undefined ? {} : { authorization });
      expect(answer.code, authorization).toBe(401);
      expect(answer.challenge).toBe(`Bearer realm="${registry.url}/token",service="millrace"`);
      expect(answer.text).not.toContain(registry.token);
    }
  });

  test('pulls without a login, and not with a wrong one', async () => {
    expect((await ask('GET', '/v2/app/manifests/v1')).code).toBe(200);
    expect((await ask('GET', '/v2/app/manifests/v1', { authorization: 'Bearer anonymous' })).code).toBe(200);
    expect((await ask('GET', '/v2/app/manifests/v1', { authorization: basic('wrong') })).code).toBe(401);
  });

  test('learns how to get in, and gets a token that only pulls', async () => {
    expect((await ask('GET', '/v2/')).code).toBe(401);
    const given = await ask('GET', '/token?service=millrace&scope=repository:app:pull,push');
    expect(JSON.parse(given.text)).toMatchObject({ token: 'anonymous' });
    expect((await ask('GET', '/v2/', { authorization: 'Bearer anonymous' })).code).toBe(200);
    expect((await ask('GET', '/token', { authorization: basic('wrong') })).code).toBe(401);
  });
});

test('who has the token gets in with it, as a password and as a bearer', async () => {
  const given = await ask('GET', '/token', { authorization: basic(registry.token) });
  const { token } = JSON.parse(given.text);
  for (const authorization of [basic(registry.token), `Bearer ${token}`]) {
    expect((await ask('GET', '/v2/', { authorization })).code).toBe(200);
    expect((await ask('POST', '/v2/app/blobs/uploads/', { authorization })).code).toBe(202);
  }
});

test.each([
  '/v2/../manifests/v1',
  '/v2/%2e%2e/%2e%2e/blobs/uploads/',
  '/v2/App/manifests/v1',
  '/v2/a//b/manifests/v1',
  '/v2/a%00b/manifests/v1',
  `/v2/${'a'.repeat(256)}/manifests/v1`,
  '/v2/app/manifests/..%2f..%2fledger.db',
  '/v2/app/blobs/sha256:..',
  '/v2/app/blobs/sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709',
  '/v2/app/manifests/%ff',
  '/etc/passwd',
  '/',
])('%s is no place', async path => {
  expect([400, 404]).toContain((await ask('GET', path)).code);
});

test('a body that is told to be too large is refused before it comes', async () => {
  const { port } = new URL(registry.url);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', part => (text += part));
    socket.on('close', () => resolve(text)).on('error', reject);
    const head = [
      'PUT /v2/app/manifests/v1 HTTP/1.1',
      `Host: ${registry.host}`,
      `Authorization: ${basic(registry.token)}`,
    ];
    socket.write(`${[...head, 'Content-Length: 999999999999'].join('\r\n')}\r\n\r\n`);
  });
  expect(answer).toMatch(/^HTTP\/1.1 413 /);
});

test('uploads that nobody goes on with are as many as there may be', async () => {
  const client = clientOf(registry.url, registry.token);
  const begin = async () => (await client.send('POST', '/v2/app/blobs/uploads/')).status;
  const answers = await Promise.all(Array.from({ length: 260 }, begin));
  expect(answers).toContain(429);
  expect((await client.send('GET', '/v2/app/manifests/v1')).status).toBe(200);
});
