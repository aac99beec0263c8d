import { afterAll, beforeAll, expect, test } from 'vitest';
import { BadSnapshot, type Cluster, startCluster } from './index.ts';
import { type Client, connect } from './testing/client.ts';
import { until } from './testing/until.ts';

let cluster: Cluster;
let client: Client;

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true });
  client = connect(cluster.kubeconfig);
});

afterAll(async () => {
  client.close();
  await cluster.stop();
});

const path = '/api/v1/namespaces/default/configmaps';
const names = async (of: Client = client) =>
  (await of.get(path)).body.items.map((item: { metadata: { name: string } }) => item.metadata.name);

test('a snapshot is restored object by object, and watches hear of it', async () => {
  const { body: kept } = await client.post(path, { metadata: { name: 'kept' }, data: { a: '1' } });
  const snapshot = await cluster.snapshot();
  await client.put(`${path}/kept`, { ...kept, data: { a: '2' } });
  await client.post(path, { metadata: { name: 'later', finalizers: ['example.com/holds'] } });
  const { body } = await client.get(path);
  const events = client.watch(`${path}?watch=1&resourceVersion=${body.metadata.resourceVersion}`);
  await cluster.restore(snapshot);
  const heard = [await events.next(), await events.next()].map(({ type, object }) => [
    type,
    object.metadata.name,
  ]);
  expect(heard).toEqual([
    ['DELETED', 'later'],
    ['MODIFIED', 'kept'],
  ]);
  events.close();
  const { body: restored } = await client.get(`${path}/kept`);
  expect(restored).toMatchObject({ data: { a: '1' }, metadata: { uid: kept.metadata.uid } });
  expect(Number(restored.metadata.resourceVersion)).toBeGreaterThan(Number(kept.metadata.resourceVersion));
});

test('a snapshot moves to another cluster, its custom resources too', async () => {
  await client.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: 'mills.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'mills', singular: 'mill', kind: 'Mill', listKind: 'MillList' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  });
  const mills = '/apis/example.com/v1/namespaces/default/mills';
  await expect
    .poll(
      async () =>
        (await client.post(mills, { apiVersion: 'example.com/v1', kind: 'Mill', metadata: { name: 'm' } }))
          .code,
    )
    .toBe(201);
  const other = await startCluster({ inMemory: true });
  const there = connect(other.kubeconfig);
  await other.restore(await cluster.snapshot());
  await expect.poll(async () => (await there.get(`${mills}/m`)).code).toBe(200);
  expect(await names(there)).toContain('kept');
  there.close();
  await other.stop();
});

test('wiped, it is as it was at its start', async () => {
  await cluster.wipe();
  expect((await client.get('/apis/example.com/v1')).code).toBe(404);
  await expect.poll(() => names()).toEqual(['kube-root-ca.crt']);
  expect((await client.post(path, { metadata: { name: 'new' } })).code).toBe(201);
  const { body } = await client.get('/apis/rbac.authorization.k8s.io/v1/clusterroles/view');
  expect(body.rules.length).toBeGreaterThan(10);
});

test('bytes that are no snapshot are refused, and nothing is lost', async () => {
  await expect(cluster.restore(new TextEncoder().encode('nonsense'))).rejects.toThrow(BadSnapshot);
  expect(await names()).toContain('new');
});

test('wiped, it runs Pods again', async () => {
  await cluster.wipe();
  const pods = '/api/v1/namespaces/default/pods';
  const spec = { containers: [{ name: 'main', image: 'nginx' }] };
  expect((await client.post(pods, { metadata: { name: 'a' }, spec })).code).toBe(201);
  await until(client, `${pods}/a`, ({ status }) => status.phase === 'Running');
});
