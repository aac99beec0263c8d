import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Body } from '../testing/client.ts';
import { type LivingCluster, livingCluster } from '../testing/living-cluster.ts';

let cluster: LivingCluster;

beforeEach(async () => {
  cluster = await livingCluster(undefined, { nodes: 3 });
});

afterEach(() => cluster.stop());

const container = { name: 'main', image: 'nginx' };

function daemon(spec: object, podSpec: object = {}): void {
  cluster.create({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent' },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [container], ...podSpec } },
      ...spec,
    },
  });
}

const nodesOf = () =>
  cluster
    .list('/pods')
    .map(({ spec }) => spec.nodeName)
    .sort();
const images = () =>
  cluster
    .list('/pods')
    .map(({ spec }) => spec.containers[0].image)
    .sort();
const set = (): Body => cluster.get('apps/daemonsets', 'agent');

test('Pods go to the nodes in turn, each with the address of its node', async () => {
  for (const name of ['a', 'b', 'c'])
    cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [container] } });
  await cluster.settle();
  expect(nodesOf()).toEqual(['millrace', 'millrace-2', 'millrace-3']);
  expect(new Set(cluster.list('/pods').map(({ status }) => status.hostIP)).size).toBe(3);
});

test('a Pod that suits no node waits for one', async () => {
  const spec = { containers: [container], nodeSelector: { disk: 'fast' } };
  cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec });
  await cluster.settle();
  const message =
    "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";
  expect(cluster.get('/pods', 'a').status.conditions).toMatchObject([
    { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message },
  ]);
  expect(cluster.events('a')).toEqual([`FailedScheduling: ${message}`]);
  cluster.change('/nodes', 'millrace-2', ({ metadata }) => (metadata.labels.disk = 'fast'));
  await cluster.settle();
  expect(nodesOf()).toEqual(['millrace-2']);
});

test('a DaemonSet has a Pod on each node that its Pods tolerate', async () => {
  cluster.change('/nodes', 'millrace-3', ({ spec }) => {
    spec.taints = [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }];
  });
  daemon({});
  await cluster.settle();
  expect(nodesOf()).toEqual(['millrace', 'millrace-2']);
  expect(set().status).toMatchObject({ desiredNumberScheduled: 2, numberReady: 2, numberMisscheduled: 0 });
  cluster.change('apps/daemonsets', 'agent', ({ spec }) => {
    spec.template.spec.tolerations = [{ key: 'gpu', operator: 'Exists' }];
  });
  await cluster.settle();
  expect(nodesOf()).toEqual(['millrace', 'millrace-2', 'millrace-3']);
});

test('a cordoned node keeps its daemons; a new node gets one', async () => {
  daemon({});
  cluster.change('/nodes', 'millrace-2', ({ spec }) => (spec.unschedulable = true));
  cluster.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'own' } });
  await cluster.settle();
  expect(nodesOf()).toEqual(['millrace', 'millrace-2', 'millrace-3', 'own']);
});

test('daemons are replaced one after the other, and not further than one that never gets ready', async () => {
  daemon({});
  await cluster.settle();
  cluster.change('apps/daemonsets', 'agent', ({ spec }) => {
    spec.template.spec.containers[0].image = 'nginx:2';
    spec.template.metadata.annotations = { 'simulate.millrace.dev/failure': 'never-ready' };
  });
  await cluster.settle();
  expect(images()).toEqual(['nginx', 'nginx', 'nginx:2']);
  expect(set().status).toMatchObject({ updatedNumberScheduled: 1, numberUnavailable: 1, numberReady: 2 });
  cluster.change('apps/daemonsets', 'agent', ({ spec }) => (spec.template.metadata.annotations = {}));
  await cluster.settle();
  expect(images()).toEqual(['nginx:2', 'nginx:2', 'nginx:2']);
});

test('OnDelete leaves it to others to replace daemons', async () => {
  daemon({ updateStrategy: { type: 'OnDelete' } });
  await cluster.settle();
  cluster.change(
    'apps/daemonsets',
    'agent',
    ({ spec }) => (spec.template.spec.containers[0].image = 'nginx:2'),
  );
  await cluster.settle();
  expect(images()).toEqual(['nginx', 'nginx', 'nginx']);
  cluster.delete('/pods', cluster.list('/pods')[0].metadata.name);
  await cluster.settle();
  expect(images()).toEqual(['nginx', 'nginx', 'nginx:2']);
});
