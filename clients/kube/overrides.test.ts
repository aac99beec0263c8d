import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Connection, kubeClient, loadConnection, type Overrides } from './index.ts';

const pem = (text: string) => Buffer.from(text).toString('base64');
const text = `
current-context: one
clusters:
  - {name: here, cluster: {server: "https://here:6443", certificate-authority-data: ${pem('CA')}, tls-server-name: api}}
  - {name: open, cluster: {server: "https://open:6443", insecure-skip-tls-verify: true}}
  - {name: both, cluster: {server: "https://both:6443", insecure-skip-tls-verify: true, certificate-authority-data: ${pem('CA')}}}
  - {name: plain, cluster: {server: "http://plain:8001"}}
contexts:
  - {name: one, context: {cluster: here, user: admin}}
  - {name: tenant, context: {cluster: here, user: tenant}}
  - {name: plain, context: {cluster: plain, user: token}}
users:
  - {name: admin, user: {client-certificate-data: ${pem('CERT')}, client-key-data: ${pem('KEY')}}}
  - {name: token, user: {token: theirs}}
  - {name: tenant, user: {token: theirs, as: jane, as-uid: "7", as-groups: [a, b], as-user-extra: {scopes: [read, write]}}}
  - {name: headless, user: {token: theirs, as-groups: [a]}}
  - {name: empty, user: {token: theirs, as: ""}}
  - {name: number, user: {token: theirs, as: 7}}
  - {name: groups, user: {token: theirs, as: jane, as-groups: [7]}}
  - {name: extra, user: {token: theirs, as: jane, as-user-extra: {scopes: read}}}
`;

let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-overrides-'));
  for (const name of ['ca', 'cert', 'key']) writeFileSync(file(name), `${name} of a file`);
  writeFileSync(file('empty'), '\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const load = (overrides: Overrides, context?: string) => loadConnection({ text, context, overrides });

async function proofs({ credentials }: Connection) {
  const { cert, key } = credentials;
  return { ...(cert && { cert }), ...(key && { key }), ...(await credentials.headers()) };
}

describe('what a command line says of the cluster', () => {
  test.each<[Overrides, Partial<Connection>]>([
    [{ cluster: 'open' }, { server: 'https://open:6443', insecureSkipVerify: true }],
    [{ server: 'https://there/base/' }, { server: 'https://there/base', ca: 'CA' }],
    [{ tlsServerName: 'other' }, { server: 'https://here:6443', serverName: 'other' }],
  ])('%j wins over the entry', (overrides, expected) => {
    expect(load(overrides)).toMatchObject(expected);
  });

  test('another server has another name', () => {
    expect(load({ server: 'https://there' }).serverName).toBeUndefined();
    expect(load({ server: 'https://there', tlsServerName: 'x' }).serverName).toBe('x');
  });

  test('to verify nothing takes the place of the authority, and an authority the place of that', () => {
    expect(load({ insecureSkipTlsVerify: true })).toMatchObject({ insecureSkipVerify: true });
    expect(load({ insecureSkipTlsVerify: true }).ca).toBeUndefined();
    expect(load({ cluster: 'open', certificateAuthority: file('ca') })).toMatchObject({
      insecureSkipVerify: false,
      ca: 'ca of a file',
    });
  });

  test('a server without a scheme is reached by http, as kubectl does, and nothing is proved to it', async () => {
    const connection = load({ server: 'localhost:8001' });
    expect(connection.server).toBe('http://localhost:8001');
    expect(await proofs(connection)).toEqual({});
    expect(await proofs(load({}, 'plain'))).toEqual({});
  });

  test('a server needs no kubeconfig', async () => {
    vi.stubEnv('KUBECONFIG', file('none'));
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '');
    const connection = loadConnection({ overrides: { server: 'https://there', token: 'mine' } });
    vi.unstubAllEnvs();
    expect(connection).toMatchObject({ server: 'https://there', namespace: 'default', contextName: '' });
    expect(await proofs(connection)).toEqual({ authorization: 'Bearer mine' });
  });
});

describe('what a command line says of the user', () => {
  test.each<[string, Overrides, object]>([
    ['another user', { user: 'token' }, { authorization: 'Bearer theirs' }],
    ['a token, and no certificate with it', { token: 'mine' }, { authorization: 'Bearer mine' }],
    ['a token of another user', { user: 'token', token: 'mine' }, { authorization: 'Bearer mine' }],
    ['a key for the certificate', { clientKey: 'key' }, { cert: 'CERT', key: 'key of a file' }],
    ['a certificate for the key', { clientCertificate: 'cert' }, { cert: 'cert of a file', key: 'KEY' }],
    [
      'a certificate and its key, and no token with them',
      { user: 'token', clientCertificate: 'cert', clientKey: 'key' },
      { cert: 'cert of a file', key: 'key of a file' },
    ],
  ])('%s is what is proved', async (_, { clientCertificate, clientKey, ...overrides }, expected) => {
    const files = {
      ...(clientCertificate && { clientCertificate: file(clientCertificate) }),
      ...(clientKey && { clientKey: file(clientKey) }),
    };
    expect(await proofs(load({ ...overrides, ...files }))).toEqual(expected);
  });
});

describe('whom a request is made for', () => {
  const extra = new Map([['scopes', ['read', 'write']]]);

  test('stands in the kubeconfig, whole', () => {
    expect(load({}, 'tenant').as).toEqual({ user: 'jane', uid: '7', groups: ['a', 'b'], extra });
  });

  test('is told on the command line, with nothing of whom the kubeconfig names', () => {
    expect(load({ as: 'joe' }, 'tenant').as).toEqual({ user: 'joe', groups: [], extra: new Map() });
    expect(load({ as: 'joe', asUid: '8', asGroup: ['c'], asUserExtra: extra }).as).toEqual({
      user: 'joe',
      uid: '8',
      groups: ['c'],
      extra,
    });
  });

  test('may be the one of the kubeconfig with other groups', () => {
    expect(load({ asGroup: ['c'] }, 'tenant').as).toMatchObject({ user: 'jane', groups: ['c'] });
  });
});

test.each<[Overrides, RegExp]>([
  [{ cluster: 'none' }, /cluster "none" does not exist/],
  [{ user: 'none' }, /user "none" does not exist/],
  [{ cluster: 'both' }, /certificate authority and insecure-skip-tls-verify exclude each other/],
  [{ certificateAuthority: '/none' }, /certificate-authority \/none cannot be read/],
  [{ clientCertificate: '/none' }, /client-certificate \/none cannot be read/],
  [{ server: 'ftp://there' }, /cluster "here" is no address/],
  [{ server: 'https://me:secret@there' }, /is no address: https:\/\/host:port is expected/],
  [{ server: 'http://there', token: 'mine' }, /sent over https only/],
  [{ asGroup: ['a'] }, /requesting uid, groups or user-extra for admin without impersonating/],
  [{ asUid: '7' }, /without impersonating a user/],
  [{ asUserExtra: new Map([['a', ['b']]]) }, /without impersonating a user/],
  [{ user: 'headless' }, /requesting .* for headless without impersonating a user/],
  [{ user: 'empty' }, /"" is no name of a user/],
  [{ user: 'number' }, /as must be text/],
  [{ user: 'groups' }, /as-groups must be text/],
  [{ user: 'extra' }, /as-user-extra.scopes must be a list/],
  [{ as: ' jane' }, /" jane" is no name of a user/],
  [{ as: 'jane', asGroup: [''] }, /"" is no name of a user or a group/],
])('%j is refused', (overrides, message) => {
  expect(() => load(overrides)).toThrow(message);
});

test('an authority to verify with and to verify nothing exclude each other', () => {
  const overrides = { certificateAuthority: file('ca'), insecureSkipTlsVerify: true };
  expect(() => load(overrides)).toThrow('exclude each other');
  expect(() => load({ certificateAuthority: file('empty') })).toThrow('is empty');
  expect(() => load({ user: 'token', clientCertificate: file('cert') })).toThrow('without its key');
});

describe('requests', () => {
  let server: Server;
  let seen: { url: string | undefined; headers: IncomingHttpHeaders }[];
  let origin: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push({ url: request.url, headers: request.headers });
      response.end('{}');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  test('are made for whom the connection names, unless they name another: then with none of his groups', async () => {
    seen = [];
    const client = kubeClient(load({ server: `${origin}/clusters/c-1`, as: 'joe', asGroup: ['c', 'd'] }));
    try {
      await client.transport.send({ method: 'GET', path: '/version' });
      await client.transport.send({
        method: 'GET',
        path: '/version',
        headers: { 'impersonate-user': 'kim' },
      });
    } finally {
      await client.close();
    }
    const [own, others] = seen;
    expect(own).toMatchObject({
      url: '/clusters/c-1/version',
      headers: { 'impersonate-user': 'joe', 'impersonate-group': 'c, d' },
    });
    expect(others!.headers).toMatchObject({ 'impersonate-user': 'kim' });
    expect(others!.headers['impersonate-group']).toBeUndefined();
  });
});
