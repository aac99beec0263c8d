import type { JsonObject } from '@millrace/json';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Body } from '../../testing/client.ts';
import { type LivingCluster, livingCluster } from '../../testing/living-cluster.ts';

let cluster: LivingCluster;
const labels = { app: 'web' };

beforeEach(async () => {
  cluster = await livingCluster();
});

afterEach(() => cluster.stop());

function replicaSet(replicas: number, metadata: JsonObject = { labels }): void {
  const template = { metadata, spec: { containers: [{ name: 'main', image: 'nginx' }] } };
  const spec = { replicas, selector: { matchLabels: labels }, template };
  cluster.create({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web' }, spec });
}

const set = (): Body => cluster.get('apps/replicasets', 'web');
const attempts = () => cluster.events('web').filter(event => event.startsWith('FailedCreate')).length;

test('a template gives labels, annotations and finalizers, and no name', async () => {
  replicaSet(2, {
    labels,
    annotations: { a: 'b' },
    finalizers: ['example.com/c'],
    name: 'web',
    generateName: 'x-',
  });
  await cluster.settle();
  const pods = cluster.list('/pods').map(({ metadata }) => metadata);
  expect(pods).toHaveLength(2);
  for (const pod of pods) {
    expect(pod.name).toMatch(/^web-[a-z0-9]{5}$/);
    expect(pod).toMatchObject({ labels, annotations: { a: 'b' }, finalizers: ['example.com/c'] });
  }
});

test('what a quota refuses is tried again, ever more seldom, until there is room', async () => {
  cluster.create({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard: { pods: '1' } },
  });
  replicaSet(2);
  await cluster.settle();
  expect(set().status).toMatchObject({
    replicas: 1,
    conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' }],
  });
  const first = attempts();
  expect(first).toBeLessThan(10);
  await cluster.pass(600_000);
  expect(attempts()).toBeGreaterThan(first);
  expect(attempts()).toBeLessThan(40);
  cluster.change('/resourcequotas', 'q', ({ spec }) => (spec.hard.pods = '5'));
  await cluster.pass(60_000);
  expect(set().status).toMatchObject({ replicas: 2, readyReplicas: 2 });
  expect(set().status.conditions).toBeUndefined();
});

test('the cheapest Pods go first', async () => {
  replicaSet(3);
  await cluster.settle();
  const [, dear] = cluster.list('/pods').map(({ metadata }) => metadata.name);
  cluster.change('/pods', dear, ({ metadata }) => {
    metadata.annotations = { 'controller.kubernetes.io/pod-deletion-cost': '10' };
  });
  cluster.change('apps/replicasets', 'web', ({ spec }) => (spec.replicas = 1));
  await cluster.settle();
  expect(cluster.list('/pods').map(({ metadata }) => metadata.name)).toEqual([dear]);
});
