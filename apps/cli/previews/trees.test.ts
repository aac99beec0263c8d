import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { digestOf, packArchive } from '@millrace/artifact';
import { asKubeObject, type Identity, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { treesOf } from './trees.ts';

const [older, newer, gone] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)];
const path = '/gitrepository/team/fleet';
let server: Server;
let address: string;
let archives: Map<string, Uint8Array>;
let asked: { url: string; user: string }[];

/** What serves archives, straight and as an API server does it for a Service. */
beforeAll(async () => {
  const archiveOf = (text: string) =>
    packArchive([{ path: 'motto', content: Buffer.from(text), executable: false }]);
  archives = new Map([
    [`${path}/${older}.tar.gz`, await archiveOf('older')],
    [`${path}/${newer}.tar.gz`, await archiveOf('newer')],
  ]);
  const proxy = '/api/v1/namespaces/flux-system/services/source-controller:80/proxy';
  server = createServer(({ url = '', headers }, response) => {
    const user = String(headers['impersonate-user'] ?? '');
    asked.push({ url, user });
    const isProxied = url.startsWith(proxy);
    if (isProxied && user === 'eve')
      return response.writeHead(403).end(JSON.stringify({ kind: 'Status', code: 403, reason: 'Forbidden' }));
    const archive = archives.get(isProxied ? url.slice(proxy.length) : url);
    response.writeHead(archive ? 200 : 404).end(archive);
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server?.close());

const sourceAt = (url: string) =>
  asKubeObject({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'fleet', namespace: 'team' },
    spec: { url: 'https://example.com/fleet' },
    status: {
      artifact: {
        url: `${url}${path}/${newer}.tar.gz`,
        revision: `main@sha1:${newer}`,
        digest: digestOf(archives.get(`${path}/${newer}.tar.gz`)!),
      },
    },
  });
const service = 'http://source-controller.flux-system.svc.cluster.local.';

const opened = async (from: string, commit: string, as: Identity = { user: 'ada' }) => {
  asked = [];
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: address } }],
    users: [{ name: 'u', user: {} }],
  };
  const client = kubeClient(loadConnection({ text: JSON.stringify(kubeconfig) }));
  const notes: string[] = [];
  const signal = new AbortController().signal;
  const on = { viewer: { client, as }, signal, warn: (note: string) => notes.push(note) };
  const source = sourceAt(from);
  const revision = `main@sha1:${commit}`;
  try {
    const lost = await treesOf(undefined).lost(source, revision, on);
    const tree = await treesOf(undefined).open(source, revision, on);
    return { lost, tree, notes };
  } finally {
    await client.close();
  }
};

describe('the files of a source', () => {
  test('at its newest revision are what its digest promises', async () => {
    const { lost, notes } = await opened(address, newer);
    expect([lost, notes]).toEqual([undefined, []]);
  });

  test('at a former revision are had for as long as the archive is kept, and it is said that nobody vouches for it', async () => {
    const { lost, notes } = await opened(address, older);
    expect([lost, notes]).toEqual([undefined, [expect.stringContaining('no digest is told')]]);
  });

  test('that are kept no more are not had', async () => {
    await expect(opened(address, gone)).rejects.toThrow(`main@sha1:${gone} is not kept`);
  });

  test.each([newer, older])(
    'behind a Service come through the API server, in the name of the viewer',
    async commit => {
      await opened(service, commit);
      expect(new Set(asked.map(({ user }) => user))).toEqual(new Set(['ada']));
      expect(asked.at(-1)!.url).toContain(`/proxy${path}/${commit}.tar.gz`);
    },
  );

  test('behind a Service are not had by whoever may not go through the API server', async () => {
    await expect(opened(service, newer, { user: 'eve' })).rejects.toThrow(
      /may not go through the API server/,
    );
  });

  test('elsewhere are asked of nobody else', async () => {
    const closed = 'http://source-controller.flux-system.example.com.invalid';
    await expect(opened(closed, newer)).rejects.toThrow('cannot be downloaded');
    expect(asked).toEqual([]);
  });
});
