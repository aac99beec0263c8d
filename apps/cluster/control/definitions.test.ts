import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../index.ts';
import { type Client, connect } from '../testing/client.ts';
import { until } from '../testing/until.ts';

let cluster: Cluster;
let client: Client;
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const path = '/apis/example.com/v1/namespaces/default/things';
const json = 'application/json-patch+json';

beforeEach(async () => {
  cluster = await startCluster({ inMemory: true, simulate: false });
  client = connect(cluster.kubeconfig);
});

afterEach(async () => {
  client.close();
  await cluster.stop();
});

const schema = {
  type: 'object',
  properties: {
    spec: { type: 'object', properties: { size: { type: 'integer' } } },
    status: {
      type: 'object',
      default: { observedGeneration: -1 },
      properties: { observedGeneration: { type: 'integer' } },
    },
  },
};

function definition(versions: object[]) {
  return {
    metadata: { name: 'things.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions,
    },
  };
}

const version = (name: string, storage: boolean, served = true) => ({
  name,
  served,
  storage,
  schema: { openAPIV3Schema: schema },
  subresources: { status: {} },
});
const thing = (name: string) => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name },
  spec: {},
});

test('defaults of the status show from the start', async () => {
  await client.post(definitions, definition([version('v1', true)]));
  const { body } = await client.post(path, { ...thing('a'), status: { observedGeneration: 7 } });
  expect(body.status).toEqual({ observedGeneration: -1 });
});

test('what was stored before a default or a field came or went shows as the definition says now', async () => {
  await client.post(definitions, definition([version('v1', true)]));
  await client.post(path, { ...thing('a'), spec: { size: 3 } });
  const at = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties';
  await client.patch(`${definitions}/things.example.com`, json, [
    { op: 'add', path: `${at}/mode`, value: { type: 'string', default: 'fast' } },
    { op: 'remove', path: `${at}/size` },
  ]);
  const { body: list } = await client.get(path);
  expect(list.items[0].spec).toEqual({ mode: 'fast' });
  expect((await client.get(`${path}/a`)).body.spec).toEqual({ mode: 'fast' });
  const events = client.watch(`${path}?watch=1`);
  expect((await events.next()).object.spec).toEqual({ mode: 'fast' });
  events.close();
  const tested = await client.patch(`${path}/a`, json, [{ op: 'test', path: '/spec/mode', value: 'fast' }]);
  expect(tested.code).toBe(200);
});

test('objects of a version that is kept but no longer served go with their definition', async () => {
  await client.post(definitions, definition([version('v1', true), version('v2', false)]));
  await client.post(path, thing('a'));
  await client.patch(`${definitions}/things.example.com`, json, [
    { op: 'replace', path: '/spec/versions/0/served', value: false },
  ]);
  expect((await client.get(path)).code).toBe(404);
  expect((await client.get(path.replace('v1', 'v2'))).body.items).toHaveLength(1);
  const { body } = await client.delete(`${definitions}/things.example.com`);
  expect(body.metadata.finalizers).toEqual(['customresourcecleanup.apiextensions.k8s.io']);
  const { body: left } = await client.get(definitions);
  if (left.items.length > 0) await until(client, definitions, list => list.items.length === 0);
  await client.post(definitions, definition([version('v1', true)]));
  expect((await client.get(path)).body.items).toEqual([]);
});
