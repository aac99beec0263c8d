import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Body } from '../../testing/client.ts';
import { type LivingCluster, livingCluster } from '../../testing/living-cluster.ts';

let cluster: LivingCluster;

beforeEach(async () => {
  cluster = await livingCluster();
});

afterEach(() => cluster.stop());

function service(spec: object, name = 'web'): void {
  const ports = [{ name: 'http', port: 80, targetPort: 'web' }];
  cluster.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels: { tier: 'front' } },
    spec: { selector: { app: 'web' }, ports, ...spec },
  });
}

function pod(name: string, containerPort: number, annotations = {}, spec = {}): void {
  cluster.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'web' }, annotations },
    spec: {
      containers: [{ name: 'main', image: 'nginx', ports: [{ name: 'web', containerPort }] }],
      ...spec,
    },
  });
}

const unready = { 'simulate.millrace.dev/failure': 'never-ready' };
const slices = (): Body[] =>
  cluster.list('discovery.k8s.io/endpointslices').filter(({ metadata }) => metadata.name !== 'kubernetes');
const endpoints = (): Body => cluster.get('/endpoints', 'web');

test('a Service has the endpoints of its Pods, ready or not', async () => {
  service({});
  pod('a', 8080);
  pod('b', 8080, unready);
  await cluster.settle();
  const [slice] = slices();
  expect(slice).toMatchObject({
    metadata: {
      name: expect.stringMatching(/^web-[a-z0-9]{5}$/),
      labels: { tier: 'front', 'kubernetes.io/service-name': 'web' },
      ownerReferences: [{ kind: 'Service', name: 'web' }],
    },
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  });
  expect(
    slice.endpoints.map(({ targetRef, conditions }: Body) => [targetRef.name, conditions.ready]),
  ).toEqual([
    ['a', true],
    ['b', false],
  ]);
  expect(endpoints().subsets).toMatchObject([
    { addresses: [{ targetRef: { name: 'a' } }], notReadyAddresses: [{ targetRef: { name: 'b' } }] },
  ]);
});

test('a headless Service tells host names, and may publish Pods that are not ready', async () => {
  service({ clusterIP: 'None', publishNotReadyAddresses: true });
  pod('a', 8080, unready, { hostname: 'a', subdomain: 'web' });
  await cluster.settle();
  expect(slices()[0].metadata.labels).toHaveProperty(['service.kubernetes.io/headless'], '');
  expect(slices()[0].endpoints[0]).toMatchObject({
    hostname: 'a',
    conditions: { ready: true, serving: false, terminating: false },
  });
  expect(endpoints().subsets[0].addresses[0].hostname).toBe('a');
});

test('Pods that give a port another number stand apart', async () => {
  service({});
  pod('a', 8080);
  pod('b', 9090);
  await cluster.settle();
  expect(
    slices()
      .map(({ ports }) => ports[0].port)
      .sort(),
  ).toEqual([8080, 9090]);
});

test('a name elsewhere has no endpoints, and endpoints go with their Service', async () => {
  service({ type: 'ExternalName', externalName: 'example.com' }, 'other');
  service({});
  pod('a', 8080);
  await cluster.settle();
  expect(slices()).toHaveLength(1);
  cluster.delete('/services', 'web');
  await cluster.settle();
  expect([endpoints(), slices()]).toEqual([undefined, []]);
});

test('each load balancer has an address of its own until it is none any more', async () => {
  for (const name of ['web', 'more']) service({ type: 'LoadBalancer' }, name);
  await cluster.settle();
  const address = (name: string) => cluster.get('/services', name).status.loadBalancer.ingress?.[0].ip;
  expect(new Set([address('web'), address('more')]).size).toBe(2);
  expect(cluster.events('web')).toContain('EnsuredLoadBalancer: Ensured load balancer');
  cluster.change('/services', 'web', ({ spec }) => (spec.type = 'ClusterIP'));
  await cluster.settle();
  expect(address('web')).toBeUndefined();
});

test('who ends still serves in slices, and not in Endpoints', async () => {
  cluster.create({
    apiVersion: 'v1',
    kind: 'Pod',
    // No node ends it: nobody simulates this one.
    metadata: { name: 'ending', labels: { app: 'ends' }, finalizers: ['example.com/wait'] },
    spec: { schedulerName: 'nobody', containers: [{ name: 'main', image: 'nginx' }] },
  });
  const ready = [{ type: 'Ready', status: 'True' }];
  cluster.change(
    '/pods',
    'ending',
    pod => (pod.status = { ...pod.status, phase: 'Running', podIP: '10.0.0.1', conditions: ready }),
    'status',
  );
  cluster.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'ends' },
    spec: { selector: { app: 'ends' }, ports: [{ port: 80 }] },
  });
  await cluster.settle();
  cluster.delete('/pods', 'ending');
  await cluster.settle();
  const slices = cluster
    .list('discovery.k8s.io/endpointslices')
    .filter(({ metadata }) => metadata.name.startsWith('ends-'));
  expect(slices[0].endpoints[0].conditions).toEqual({ ready: false, serving: true, terminating: true });
  expect(cluster.get('/endpoints', 'ends').subsets ?? []).toEqual([]);
});
