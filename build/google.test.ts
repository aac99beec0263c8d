import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

type Bucket = typeof import('../clients/bucket/google.ts');
type Credentials = typeof import('../clients/cloud/google/credentials.ts');

import { bundle } from './bundle.ts';

let folder: string;
let server: Server;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-bundled-'));
  server = createServer((_, response) => {
    response.setHeader('metadata-flavor', 'Google');
    response.setHeader('content-type', 'application/json');
    response.end('{"items":[],"access_token":"good","expires_in":3600}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const bucket = 'clients/bucket/google.ts';
  await bundle({ bucket, credentials: 'clients/cloud/google/credentials.ts' }, folder);
  vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  server.close();
  server.closeAllConnections();
  await rm(folder, { recursive: true });
});

/** What is bundled has the modules that a library imports by itself in another shape. */
test("the client of Google's buckets loads no agent for a proxy", async () => {
  const { googleStore } = (await import(`${folder}/bucket.mjs`)) as Bucket;
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const store = googleStore({ kind: 'google', bucket: 'fleet', origin }, {});
  expect(await Array.fromAsync(store.list('', AbortSignal.timeout(10_000)))).toEqual([[]]);
  await store.close();
});

test("Google's library of logins does not either", async () => {
  const { keyToken } = (await import(`${folder}/credentials.mjs`)) as Credentials;
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const body = Buffer.from('{"access_token":"good","expires_in":3600}');
  const headers = { 'content-type': 'application/json' };
  const key = { type: 'service_account', email: 'me@p.iam.gserviceaccount.com', privateKey } as const;
  expect((await keyToken(key, async () => ({ status: 200, headers, body }))).token).toBe('good');
});

test('the machine itself is asked for its login by no proxy', async () => {
  vi.stubEnv('GCE_METADATA_HOST', `127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('HOME', folder);
  const { ambientToken } = (await import(`${folder}/credentials.mjs`)) as Credentials;
  const never = async () => Promise.reject(new Error('nobody else is asked'));
  expect((await ambientToken(never)).token).toBe('good');
});
