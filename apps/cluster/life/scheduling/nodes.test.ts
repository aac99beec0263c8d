import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Body } from '../../testing/client.ts';
import { type LivingCluster, livingCluster } from '../../testing/living-cluster.ts';

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

const pod = (name: string, spec: object = {}, labels: Record<string, string> = {}): void => {
  cluster.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: { containers: [container], ...spec },
  });
};
const why = (name: string): string =>
  cluster.get('/pods', name).status.conditions.find(({ type }: Body) => type === 'PodScheduled').message;

test('a Pod waits for a node with enough of what it asks for', async () => {
  cluster.change(
    '/nodes',
    'millrace',
    ({ status }) => Object.assign(status.allocatable, { cpu: '1', memory: '1Gi' }),
    'status',
  );
  for (const name of ['millrace-2', 'millrace-3'])
    cluster.change('/nodes', name, ({ spec }) => (spec.unschedulable = true));
  const asking = (cpu: string) => ({
    containers: [{ ...container, resources: { requests: { cpu, memory: '600Mi' } } }],
  });
  pod('a', asking('600m'));
  await cluster.settle();
  pod('b', asking('600m'));
  await cluster.settle();
  expect(why('b')).toBe(
    '0/3 nodes are available: 1 Insufficient cpu, 1 Insufficient memory, 2 node(s) were unschedulable. preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.',
  );
  cluster.delete('/pods', 'a');
  await cluster.settle();
  expect(cluster.get('/pods', 'b').spec.nodeName).toBe('millrace');
});

test('Pods that avoid each other go to different nodes, and wait when there are no more', async () => {
  const term = { labelSelector: { matchLabels: { app: 'db' } }, topologyKey: 'kubernetes.io/hostname' };
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  for (const name of ['a', 'b', 'c', 'd']) pod(name, { affinity }, { app: 'db' });
  await cluster.settle();
  expect(nodesOf()).toEqual(['millrace', 'millrace-2', 'millrace-3', undefined]);
  expect(why('d')).toMatch(/^0\/3 nodes are available: 3 node\(s\) didn't match pod anti-affinity rules\./);
});

test('Pods spread over zones, and ports of a node are taken once', async () => {
  const constraint = {
    maxSkew: 1,
    topologyKey: 'topology.kubernetes.io/zone',
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { app: 'web' } },
  };
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f'])
    pod(name, { topologySpreadConstraints: [constraint] }, { app: 'web' });
  await cluster.settle();
  const counts = Map.groupBy(nodesOf(), node => node);
  expect([...counts.values()].map(all => all.length)).toEqual([2, 2, 2]);
  const ports = [{ containerPort: 80, hostPort: 80 }];
  for (const name of ['p', 'q', 'r', 's']) pod(name, { containers: [{ ...container, ports }] });
  await cluster.settle();
  expect(why('s')).toContain("3 node(s) didn't have free ports for the requested pod ports");
});

test('a taint drives away who does not tolerate it, or not for longer', async () => {
  const toleration = { key: 'ill', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 };
  pod('a', { nodeName: 'millrace' });
  pod('b', { nodeName: 'millrace', tolerations: [toleration] });
  pod('c', { nodeName: 'millrace', tolerations: [{ operator: 'Exists' }] });
  await cluster.settle();
  cluster.change('/nodes', 'millrace', ({ spec }) => {
    spec.taints = [{ key: 'ill', effect: 'NoExecute' }];
  });
  const names = () => cluster.list('/pods').map(({ metadata }) => metadata.name);
  await cluster.settle();
  expect(names()).toEqual(['b', 'c']);
  expect(cluster.events('a')).toContain('TaintManagerEviction: Marking for deletion Pod default/a');
  await cluster.pass(61_000);
  expect(names()).toEqual(['c']);
  cluster.delete('/nodes', 'millrace');
  await cluster.settle();
  expect(names()).toEqual([]);
});

test('a DaemonSet may put new Pods beside the old ones first', async () => {
  const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
  daemon({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } });
  await cluster.settle();
  const annotations = {
    'simulate.millrace.dev/failure': 'slow-ready',
    'simulate.millrace.dev/delay': '10s',
  };
  cluster.change('apps/daemonsets', 'agent', ({ spec }) => {
    spec.template.metadata.annotations = annotations;
    spec.template.spec.containers[0].image = 'nginx:2';
  });
  await cluster.settle();
  expect(images()).toEqual(['nginx', 'nginx', 'nginx', 'nginx:2']);
  expect(set().status).toMatchObject({
    numberAvailable: 3,
    currentNumberScheduled: 3,
  });
  expect(set().status.updatedNumberScheduled).toBeUndefined();
  await cluster.pass(11_000);
  expect(images()).toEqual(['nginx', 'nginx', 'nginx:2', 'nginx:2']);
  await cluster.pass(30_000);
  expect(images()).toEqual(['nginx:2', 'nginx:2', 'nginx:2']);
  expect(set().status).toMatchObject({ numberAvailable: 3, updatedNumberScheduled: 3 });
});

test('a DaemonSet that is updated on deletion waits for that', async () => {
  daemon({ updateStrategy: { type: 'OnDelete' } });
  await cluster.settle();
  cluster.change('apps/daemonsets', 'agent', ({ spec }) => {
    spec.template.spec.containers[0].image = 'nginx:2';
  });
  await cluster.settle();
  expect(images()).toEqual(['nginx', 'nginx', 'nginx']);
  cluster.delete('/pods', cluster.list('/pods')[0].metadata.name);
  await cluster.settle();
  expect(images()).toEqual(['nginx', 'nginx', 'nginx:2']);
  expect(set().status.updatedNumberScheduled).toBe(1);
});
