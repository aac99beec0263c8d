import { request } from 'node:https';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../index.ts';
import { type Body, type Client, connect } from '../testing/client.ts';

let cluster: Cluster;
let client: Client;
let path: string;
let number = 0;

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true, simulate: false, history: { events: 200, bytes: 1 << 20 } });
  client = connect(cluster.kubeconfig);
});

afterAll(async () => {
  client.close();
  await cluster.stop();
});

beforeEach(async () => {
  const name = `watched-${number++}`;
  await client.post('/api/v1/namespaces', { metadata: { name } });
  path = `/api/v1/namespaces/${name}/secrets`;
});

const create = (name: string, labels = {}) => client.post(path, { metadata: { name, labels } });
const told = ({ type, object }: Body) => `${type} ${object.metadata.name ?? ''}`.trim();

test('without a revision the state comes first', async () => {
  await create('a');
  const events = client.watch(`${path}?watch=1`);
  await create('b');
  expect([told(await events.next()), told(await events.next())]).toEqual(['ADDED a', 'ADDED b']);
  events.close();
});

test('a streaming list ends in a bookmark that says so', async () => {
  await create('a');
  const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  const events = client.watch(`${path}?${query}`);
  expect(told(await events.next())).toBe('ADDED a');
  const bookmark = await events.next();
  expect(bookmark).toMatchObject({
    type: 'BOOKMARK',
    object: { kind: 'Secret', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
  });
  events.close();
  expect((await client.get(`${path}?watch=1&sendInitialEvents=true`)).code).toBe(422);
});

test('an object that comes to match a selector is added, one that ceases to is deleted', async () => {
  const { body } = await create('a', { team: 'x' });
  const events = client.watch(
    `${path}?watch=1&labelSelector=team%3Dy&resourceVersion=${body.metadata.resourceVersion}`,
  );
  const label = (team: string) =>
    client.patch(`${path}/a`, 'application/merge-patch+json', { metadata: { labels: { team } } });
  await label('y');
  await label('z');
  expect([told(await events.next()), told(await events.next())]).toEqual(['ADDED a', 'DELETED a']);
  events.close();
});

test('a list whose pages are compacted may go on with things as they are', async () => {
  for (const name of ['a', 'b', 'c']) await create(name);
  const { body: first } = await client.get(`${path}?limit=1`);
  for (let i = 0; i < 300; i++) await create(`more-${i}`);
  const { code, body } = await client.get(`${path}?limit=1&continue=${first.metadata.continue}`);
  expect([code, body.reason]).toEqual([410, 'Expired']);
  const next = await client.get(`${path}?limit=1&continue=${body.metadata.continue}`);
  expect(next.body.items[0].metadata.name).toBe('b');
});

test('a revision that is compacted is gone', async () => {
  for (let i = 0; i < 300; i++) await create(`many-${i}`);
  const events = client.watch(`${path}?watch=1&resourceVersion=2`);
  expect(await events.next()).toMatchObject({
    type: 'ERROR',
    object: { kind: 'Status', code: 410, reason: 'Expired' },
  });
  events.close();
});

test('metadata only, and tables of one row', async () => {
  await create('a');
  const partial = await client.get(path, {
    accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  });
  expect(partial.body).toMatchObject({
    kind: 'PartialObjectMetadataList',
    items: [{ kind: 'PartialObjectMetadata', metadata: { name: 'a' } }],
  });
  const table = await client.get(path, {
    accept: 'application/json;as=Table;g=meta.k8s.io;v=v1,application/json',
  });
  expect(table.body.rows[0].cells.slice(0, 3)).toEqual(['a', 'Opaque', 0]);
});

test('a reader that stands still is cut off and holds no memory', async () => {
  const text = 'x'.repeat(20_000);
  const stalled = await new Promise<NodeJS.ReadableStream>(resolve => {
    const { origin, agent } = client.raw();
    request(`${origin}${path}?watch=1`, { agent }, answer => {
      answer.pause();
      resolve(answer);
    }).end();
  });
  const ended = new Promise(resolve => stalled.once('error', resolve).once('close', resolve));
  const change = (i: number) =>
    client.put(`${path}/a`, { metadata: { name: 'a' }, stringData: { text: `${text}${i}` } });
  await create('a');
  for (let i = 0; i < 600; i++) await change(i);
  stalled.resume();
  await ended;
  expect((await client.get(`${path}/a`)).code).toBe(200);
});

test('a watch ends with its time, and with a bookmark where the client wants one', async () => {
  const { body: created } = await create('a');
  const from = created.metadata.resourceVersion;
  const events = client.watch(
    `${path}?watch=1&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=${from}`,
  );
  const bookmark = await events.next();
  expect(bookmark.type).toBe('BOOKMARK');
  const { body } = await client.get(path);
  expect(bookmark.object.metadata.resourceVersion).toBe(body.metadata.resourceVersion);
  await expect(events.next()).rejects.toThrow('the watch has ended');
});

test('a revision that this cluster has not reached sends the client back to its list', async () => {
  const events = client.watch(`${path}?watch=1&resourceVersion=99999999`);
  expect(await events.next()).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  await expect(events.next()).rejects.toThrow('the watch has ended');
  const list = await client.get(`${path}?resourceVersion=99999999`);
  expect(list.body).toMatchObject({
    code: 504,
    reason: 'Timeout',
    details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 },
  });
  expect(list.headers['retry-after']).toBe('1');
});
