import { kubernetes } from '@millrace/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from './index.ts';
import { type Client, connect } from './testing/client.ts';

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

test('a fresh cluster has the four namespaces', async () => {
  const { body } = await client.get('/api/v1/namespaces');
  expect(body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual([
    'default',
    'kube-node-lease',
    'kube-public',
    'kube-system',
  ]);
});

test('an object that was created is found, listed and deleted', async () => {
  const configMap = { metadata: { name: 'a', labels: { team: 'x' } }, data: { key: 'value' } };
  const created = await client.post('/api/v1/namespaces/default/configmaps', configMap);
  expect(created.code).toBe(201);
  expect(created.body).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', data: { key: 'value' } });
  const found = await client.get('/api/v1/namespaces/default/configmaps/a');
  expect(found.body).toEqual(created.body);
  const listed = await client.get('/api/v1/configmaps?labelSelector=team%20in%20(x,y)');
  expect(listed.body.items).toHaveLength(1);
  const deleted = await client.delete('/api/v1/namespaces/default/configmaps/a');
  expect(deleted.body).toMatchObject({
    kind: 'Status',
    status: 'Success',
    details: { name: 'a', kind: 'configmaps' },
  });
  const gone = await client.get('/api/v1/namespaces/default/configmaps/a');
  expect(gone.code).toBe(404);
  expect(gone.body).toMatchObject({ reason: 'NotFound', message: 'configmaps "a" not found' });
});

test('nothing is created in a namespace that does not exist', async () => {
  const { code, body } = await client.post('/api/v1/namespaces/nowhere/configmaps', {
    metadata: { name: 'a' },
  });
  expect(code).toBe(404);
  expect(body.message).toBe('namespaces "nowhere" not found');
});

test('a stale resourceVersion is a conflict', async () => {
  const path = '/api/v1/namespaces/default/configmaps';
  const { body: first } = await client.post(path, { metadata: { name: 'b' } });
  await client.put(`${path}/b`, { ...first, data: { a: '1' } });
  const { code, body } = await client.put(`${path}/b`, { ...first, data: { a: '2' } });
  expect(code).toBe(409);
  expect(body.message).toBe(
    'Operation cannot be fulfilled on configmaps "b": the object has been modified; please apply your changes to the latest version and try again',
  );
});

test('a watch tells of what happens after its revision', async () => {
  const path = '/api/v1/namespaces/default/configmaps';
  const { body } = await client.get(path);
  const events = client.watch(`${path}?watch=1&resourceVersion=${body.metadata.resourceVersion}`);
  await client.post(path, { metadata: { name: 'watched' } });
  await client.delete(`${path}/watched`);
  expect([(await events.next()).type, (await events.next()).type]).toEqual(['ADDED', 'DELETED']);
});

test('who brings no certificate learns the version and nothing else', async () => {
  const stranger = client.anonymous();
  expect((await stranger.get('/version')).body.minor).toBe('36');
  expect((await stranger.get('/readyz')).code).toBe(200);
  expect((await stranger.get('/api/v1/namespaces')).code).toBe(403);
  stranger.close();
});

test('every kind that is known is served where all versions are asked for, and only stable ones otherwise', async () => {
  const all = await startCluster({ apis: 'all' });
  const other = connect(all.kubeconfig);
  const path = '/apis/scheduling.k8s.io/v1alpha2';
  expect([(await client.get(path)).code, (await other.get(path)).code]).toEqual([404, 200]);
  for (const { group, version, resource, namespaced, verbs } of kubernetes.resources) {
    if (resource.includes('/') || !verbs.includes('list')) continue;
    const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const { code, body } = await other.get(`${base}${namespaced ? '/namespaces/default' : ''}/${resource}`);
    expect([`${base}/${resource}`, code, Array.isArray(body.items)]).toEqual([
      `${base}/${resource}`,
      200,
      true,
    ]);
  }
  other.close();
  await all.stop();
});
