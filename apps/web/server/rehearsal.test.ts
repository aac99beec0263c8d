import { type Cluster, startCluster } from '@millrace/cluster';
import type { JsonObject } from '@millrace/json';
import { asKubeObject, type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Outage } from './outage.ts';
import { rehearse, rehearsed } from './rehearsal.ts';

let cluster: Cluster;
let client: KubeClient;
let isAway = false;
const outages: Outage[] = [
  {
    ...{ name: 'registry', label: 'The registry', isAway: () => isAway },
    setAway(away) {
      isAway = away;
    },
  },
];

const asked = (body: unknown = {}, offered: Outage[] | undefined = outages) => ({
  viewer: { client, as: 'own' as const },
  query: new URLSearchParams(),
  signal: AbortSignal.timeout(20_000),
  outages: offered,
  body: async () => body,
});

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true });
  client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  const template = (app: string, restartPolicy: string) => ({
    metadata: { labels: { app } },
    spec: { restartPolicy, containers: [{ name: 'api', image: 'api:1' }] },
  });
  const metadata = { name: 'api', namespace: 'default' };
  const objects: JsonObject[] = [
    {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata },
      spec: { replicas: 1, selector: { matchLabels: { app: 'api' } }, template: template('api', 'Always') },
    },
    { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template: template('job', 'Never') } },
  ];
  for (const object of objects) await client.apply(asKubeObject(object), { as: 'own', fieldManager: 'test' });
});
afterAll(async () => {
  await client?.close();
  await cluster?.stop();
});

const begin = (kind: string, failure: string) => ({
  begin: { kind, namespace: 'default', name: 'api', failure },
});
const readyPods = async () => {
  const { items } = await client.listAll('v1', 'Pod', {
    namespace: 'default',
    labelSelector: 'app=api',
    as: 'own',
  });
  return items.map(({ status }) => JSON.stringify(status).includes('"ready":true'));
};

test('a rollout hangs until it is let recover', async () => {
  await expect.poll(readyPods).toContain(true);
  expect(await rehearse(asked(begin('Deployment', 'never-ready')))).toEqual({
    said: 'its Pods are replaced, and the new ones fail',
  });
  await expect.poll(readyPods).toEqual(expect.arrayContaining([true, false]));
  const { rules, targets } = await rehearsed(asked());
  expect(targets).toEqual([
    { kind: 'Deployment', namespace: 'default', name: 'api' },
    { kind: 'Job', namespace: 'default', name: 'api' },
  ]);
  expect(rules).toMatchObject([{ kind: 'Deployment', name: 'api', failure: 'never-ready' }]);
  await rehearse(asked({ end: rules[0]!.id }));
  await expect.poll(readyPods).not.toContain(false);
  expect((await rehearsed(asked())).rules).toEqual([]);
});

test('a Job that nobody makes again is left alone', async () => {
  expect((await rehearse(asked(begin('Job', 'fail')))).said).toMatch(/when somebody makes it again/);
  const ref = { apiVersion: 'batch/v1', kind: 'Job', namespace: 'default', name: 'api' };
  expect((await client.get(ref, { as: 'own' })).metadata.deletionTimestamp).toBeUndefined();
});

test('what is outside goes away and comes back', async () => {
  await rehearse(asked({ outage: 'registry', away: true }));
  expect((await rehearsed(asked())).outages).toEqual([
    { name: 'registry', label: 'The registry', isAway: true },
  ]);
  await rehearse(asked({ outage: 'registry', away: false }));
  expect(isAway).toBe(false);
});

test.each([
  [begin('Deployment', 'fail')],
  [begin('Secret', 'crash-loop')],
  [{ begin: { kind: 'Deployment', namespace: 7, name: 'api', failure: 'crash-loop' } }],
  [{ end: 'others-key' }],
  [{ outage: 'moon', away: true }],
  [null],
  [{}],
])('%j is refused', async body => {
  await expect(rehearse(asked(body))).rejects.toThrow(/./);
});

test('nothing is rehearsed in a cluster of others', async () => {
  const elsewhere = { ...asked(begin('Deployment', 'crash-loop')), outages: undefined };
  await expect(rehearse(elsewhere)).rejects.toThrow(/embedded cluster only/);
  await expect(rehearsed(elsewhere)).rejects.toThrow(/embedded cluster only/);
});
