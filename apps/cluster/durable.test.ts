import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cluster, startCluster } from './index.ts';
import { connect } from './testing/client.ts';
import { until } from './testing/until.ts';

let dataDir: string;
let cluster: Cluster;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'millrace-durable-'));
});

afterEach(async () => {
  await cluster.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const widgets = '/apis/example.com/v1/namespaces/default/widgets';
const definition = {
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
          },
        },
      },
    ],
  },
};

test('a cluster comes back where it was, with its custom resources and its history', async () => {
  cluster = await startCluster({ dataDir });
  const { url, kubeconfig } = cluster;
  const before = connect(kubeconfig);
  await before.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  const { body: created } = await before.post(widgets, {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name: 'one' },
    spec: { size: 1, unknown: true },
  });
  expect(created.spec).toEqual({ size: 1 });
  await before.patch(`${widgets}/one`, 'application/merge-patch+json', { spec: { size: 2 } });
  before.close();
  await cluster.stop();

  cluster = await startCluster({ dataDir });
  expect([cluster.url, cluster.kubeconfig]).toEqual([url, kubeconfig]);
  const after = connect(cluster.kubeconfig);
  expect((await after.get(`${widgets}/one`)).body.spec).toEqual({ size: 2 });
  const events = after.watch(`${widgets}?watch=1&resourceVersion=${created.metadata.resourceVersion}`);
  expect(await events.next()).toMatchObject({ type: 'MODIFIED', object: { spec: { size: 2 } } });
  events.close();
  after.close();
});

test('where the API is served is published, also when that has changed', async () => {
  const paths = [
    '/api/v1/namespaces/default/endpoints/kubernetes',
    '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes',
  ];
  const published = async () => {
    const client = connect(cluster.kubeconfig);
    const [endpoints, slice] = await Promise.all(paths.map(path => client.get(path)));
    client.close();
    return [...endpoints!.body.subsets[0].ports, ...slice!.body.ports];
  };
  cluster = await startCluster({ dataDir, simulate: false });
  const port = Number(new URL(cluster.url).port);
  expect(await published()).toEqual(Array(2).fill({ name: 'https', port, protocol: 'TCP' }));
  await cluster.stop();
  const squatter = createServer().listen(port, '127.0.0.1');
  await once(squatter, 'listening');
  cluster = await startCluster({ dataDir, simulate: false });
  squatter.close();
  const other = Number(new URL(cluster.url).port);
  expect(other).not.toBe(port);
  expect(await published()).toMatchObject([{ port: other }, { port: other }]);
});

test('a rollout that was under way when the cluster stopped goes on', async () => {
  cluster = await startCluster({ dataDir, simulate: false });
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'main', image: 'nginx' }] },
  };
  const before = connect(cluster.kubeconfig);
  await before.post(path, {
    metadata: { name: 'web' },
    spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template },
  });
  before.close();
  await cluster.stop();

  cluster = await startCluster({ dataDir });
  const after = connect(cluster.kubeconfig);
  await until(after, `${path}/web`, ({ status }) => status.availableReplicas === 3);
  after.close();
});
