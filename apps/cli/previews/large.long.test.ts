import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { customResourceDefinition, gitRepository, kustomization } from '@millrace/api';
import { digestOf, packArchive } from '@millrace/artifact';
import { type Cluster, startCluster } from '@millrace/cluster';
import { asKubeObject, type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { type Previews, startWeb, type Web } from '@millrace/web';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { previewsFor } from './previews.ts';

const own = { as: 'own', fieldManager: 'test', force: true } as const;
let cluster: Cluster;
let client: KubeClient;
let previews: Previews;
let artifacts: Server;
let web: Web;
let cookie: string;

const nested = (depth: number): string => (depth === 0 ? '1' : `{a: ${nested(depth - 1)}}`);

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true, simulate: false });
  client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  for (const kind of [kustomization, gitRepository]) await client.apply(customResourceDefinition(kind), own);
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } }, own);
  const map = (i: number) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m${i}, namespace: team}\ndata: {i: "${i}"}\n`;
  const files = {
    'many/all.yaml': Array.from({ length: 10_000 }, (_, i) => map(i)).join('---\n'),
    'long/all.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: long, namespace: team}\ndata:\n  text: |\n${'    line\n'.repeat(100_000)}`,
    'deep/all.yaml': `apiVersion: example.com/v1\nkind: Deep\nmetadata: {name: deep, namespace: team}\nspec: ${nested(900)}\n`,
  };
  const archive = await packArchive(
    Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text), executable: false })),
  );
  artifacts = createServer((_, response) => response.end(archive)).listen(0, '127.0.0.1');
  await new Promise(resolve => artifacts.once('listening', resolve));
  const metadata = { name: 'fleet', namespace: 'team' };
  const source = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata };
  const artifact = {
    url: `http://127.0.0.1:${(artifacts.address() as AddressInfo).port}/fleet.tar.gz`,
    path: 'fleet.tar.gz',
    revision: 'main@sha1:new',
    digest: digestOf(archive),
    lastUpdateTime: '2026-01-01T00:00:00Z',
  };
  await client.apply(
    asKubeObject({ ...source, spec: { interval: '1h', url: 'https://example.com/x' } }),
    own,
  );
  await client.apply(asKubeObject({ ...source, status: { artifact } }), { ...own, subresource: 'status' });
  for (const path of ['many', 'long', 'deep'])
    await client.apply(
      asKubeObject({
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name: path, namespace: 'team' },
        spec: { interval: '1h', prune: true, path, sourceRef: { kind: 'GitRepository', name: 'fleet' } },
      }),
      own,
    );
  previews = previewsFor();
  web = await startWeb({ client, previews });
  const entered = await fetch(web.url, { redirect: 'manual' });
  cookie = entered.headers.get('set-cookie')!.split(';')[0]!;
}, 60_000);

afterAll(async () => {
  await web?.stop();
  artifacts?.close();
  await client?.close();
  await cluster?.stop();
});

const compared = async (name: string, before: string) => {
  const query = { kind: 'Kustomization', namespace: 'team', name, before, after: 'main@sha1:new' };
  const url = `http://127.0.0.1:${web.port}/api/compare?${new URLSearchParams(query)}`;
  const answer = await fetch(url, { headers: { cookie } });
  return { status: answer.status, text: await answer.text() };
};

test('ten thousand objects are compared, and others are served meanwhile', async () => {
  const delay = monitorEventLoopDelay();
  delay.enable();
  const { text } = await compared('many', 'live');
  delay.disable();
  const { objects, left } = JSON.parse(text) as { objects: unknown[]; left: number };
  expect([objects.length, left]).toEqual([3000, 7000]);
  // Milliseconds; it is a tenth of that on a machine with nothing else to do.
  expect(delay.max / 1e6).toBeLessThan(1000);
}, 120_000);

test('ten thousand objects are the same in one revision and itself', async () => {
  const { text } = await compared('many', 'main@sha1:new');
  expect(JSON.parse(text)).toMatchObject({ objects: [], same: 10_000 });
}, 60_000);

test.each([
  ['long', 200, 'it is too long to be shown here'],
  ['deep', 400, 'nested more than 500 levels deep'],
])('an object that is too %s is told', async (name, status, words) => {
  const answer = await compared(name, 'live');
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(words);
});
