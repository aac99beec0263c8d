import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../index.ts';
import { type Client, connect } from '../testing/client.ts';

let cluster: Cluster;
let client: Client;
const configMaps = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true, simulate: false });
  client = connect(cluster.kubeconfig);
});

afterAll(async () => {
  client.close();
  await cluster.stop();
});

const many = (count: number) => Array.from({ length: count }, (_, i) => i);
const keys = (count: number) => Object.fromEntries(many(count).map(i => [`k${i}`, 'v']));
const configMap = (name: string, data: object) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const deployment = (name: string, container: object) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } },
  },
});
const apply = 'application/apply-patch+yaml';
const jsonPatch = 'application/json-patch+json';

describe('what is too much is refused with the limit', () => {
  const variables = many(20_000).map(i => ({ name: `E${i}`, value: 'v' }));
  const tooMany = /a (ConfigMap|Deployment) holds at most 20000 values/;

  test.each<[string, () => Promise<{ code: number; body: { message: string } }>, number, RegExp]>([
    ['200,000 keys', () => client.post(configMaps, configMap('a', keys(190_000))), 413, tooMany],
    [
      '200,000 keys applied',
      () => client.patch(`${configMaps}/a?fieldManager=a`, apply, configMap('a', keys(190_000))),
      413,
      tooMany,
    ],
    [
      '300,000 items',
      () => client.post(configMaps, { metadata: { name: 'a', x: many(300_000).map(() => 1) } }),
      413,
      /a body holds at most 200000 values/,
    ],
    [
      '20,000 variables applied',
      () =>
        client.patch(
          `${deployments}/a?fieldManager=a`,
          apply,
          deployment('a', { name: 'a', image: 'a', env: variables }),
        ),
      413,
      tooMany,
    ],
    [
      '20,000 variables',
      () => client.post(deployments, deployment('a', { name: 'a', image: 'a', env: variables })),
      413,
      tooMany,
    ],
    [
      'lists in lists',
      () =>
        client.post(
          configMaps,
          `{"metadata":{"name":"a"},"data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
        ),
      400,
      /nested more than 200 levels deep/,
    ],
    [
      'lists in lists without an end',
      () => client.post(configMaps, '['.repeat(100_000)),
      400,
      /exceeded max depth/,
    ],
    [
      'objects in objects, in YAML',
      () => client.patch(`${configMaps}/a?fieldManager=a`, apply, `a: ${'{a: '.repeat(50_000)}`),
      400,
      /nested more than/,
    ],
    [
      'a body of more than 3 MiB',
      () => client.post(configMaps, ' '.repeat(3 * 2 ** 20 + 1)),
      413,
      /limit is 3145728/,
    ],
  ])('%s', async (_, ask, code, message) => {
    const answer = await ask();
    expect([answer.code, answer.body.message]).toEqual([code, expect.stringMatching(message)]);
    // The connection is of use afterwards.
    expect((await client.get('/readyz')).code).toBe(200);
  });
});

describe('a JSON patch', () => {
  const path = `${configMaps}/patched`;
  const patch = (operations: object[]) => client.patch(path, jsonPatch, operations);
  beforeAll(() => client.post(configMaps, configMap('patched', { a: 'b' })));

  test('has at most 10,000 operations', async () => {
    const { code, body } = await patch(many(10_001).map(() => ({ op: 'test', path: '/data/a', value: 'b' })));
    expect([code, body.message]).toEqual([
      413,
      'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    ]);
  });

  test('inserts 9,000 times at the head of a list', async () => {
    const insert = { op: 'add', path: '/metadata/finalizers/0', value: 'a.b/c' };
    const answer = await patch([
      { op: 'add', path: '/metadata/finalizers', value: [] },
      ...many(9000).map(() => insert),
    ]);
    expect(answer.code).toBe(200);
    await patch([{ op: 'remove', path: '/metadata/finalizers' }]);
  });

  test('copies no more than a request may hold, into itself or not', async () => {
    const into = many(60).map(i => ({ op: 'copy', from: '/x', path: `/x/c${i}` }));
    const itself = await patch([{ op: 'add', path: '/x', value: { a: 'x'.repeat(1000) } }, ...into]);
    const beside = many(9000).map(i => ({ op: 'copy', from: '/x', path: `/c${i}` }));
    const long = await patch([{ op: 'add', path: '/x', value: 'y'.repeat(1_000_000) }, ...beside]);
    expect([itself.code, long.code]).toEqual([422, 422]);
  });

  test('does not make more than an object may hold, patch by patch', async () => {
    const grow = (i: number) =>
      patch(many(9000).map(k => ({ op: 'add', path: `/data/k${i}-${k}`, value: 'v' })));
    expect([(await grow(0)).code, (await grow(1)).code, (await grow(2)).code]).toEqual([200, 200, 413]);
  });
});

test('problems without number are told of in part', async () => {
  const labels = Object.fromEntries(many(9000).map(i => [`_${i}`, 'v']));
  const { code, body } = await client.post(configMaps, { metadata: { name: 'a', labels } });
  expect([code, body.details.causes.length]).toEqual([422, 500]);
  expect(body.message).toContain('and 8500 more');
});

test('warnings take no more than 4 kB of headers', async () => {
  const unknown = Object.fromEntries(many(9000).map(i => [`unknown-${i}`, 'v']));
  const { code, headers } = await client.post(configMaps, { ...configMap('warned', {}), ...unknown });
  const warnings = String(headers.warning);
  expect([code, warnings.length > 3000, warnings.length < 5000]).toEqual([201, true, true]);
});

test('selectors of blanks and of many parts take no time', async () => {
  const blanks = '+'.repeat(14_000);
  for (const selector of [
    `labelSelector=a${blanks}`,
    `labelSelector=${blanks}a`,
    `labelSelector=a+in+(${'b,'.repeat(6000)})`,
    `fieldSelector=${blanks}a`,
    `fieldSelector=${'metadata.name!=a,'.repeat(800)}`,
  ]) {
    const { code } = await client.get(`${configMaps}?${selector}`);
    expect([200, 400]).toContain(code);
  }
});

test.each([`count/${'/'.repeat(2_000_000)}`, `count/${'a.'.repeat(1_000_000)}`])(
  'a quota of an odd name is no burden',
  async name => {
    const quotas = '/api/v1/namespaces/default/resourcequotas';
    const quota = { metadata: { name: 'odd' }, spec: { hard: { [name]: '1' } } };
    expect((await client.post(quotas, quota)).code).toBe(422);
  },
);
