import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Body } from '../../testing/client.ts';
import { type LivingCluster, livingCluster } from '../../testing/living-cluster.ts';

let cluster: LivingCluster;

beforeEach(async () => {
  cluster = await livingCluster();
  cluster.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'outside' },
    spec: { ports: [{ port: 80 }] },
  });
});

afterEach(() => cluster.stop());

const write = (metadata = {}) =>
  cluster.create({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'outside', labels: { app: 'legacy' }, annotations: { note: 'by hand' }, ...metadata },
    subsets: [
      {
        addresses: [{ ip: '10.1.2.3', hostname: 'a' }, { ip: '2001:db8::1' }],
        notReadyAddresses: [{ ip: '10.1.2.4' }],
        ports: [{ port: 8080 }],
      },
    ],
  });
const slices = (): Body[] =>
  cluster.list('discovery.k8s.io/endpointslices').filter(({ metadata }) => metadata.name !== 'kubernetes');

test('Endpoints that a user writes are shown as slices, one for each family of addresses', async () => {
  write();
  await cluster.settle();
  const [four, six] = slices().sort((a, b) => (a.addressType < b.addressType ? -1 : 1));
  expect(four).toMatchObject({
    metadata: {
      name: expect.stringMatching(/^outside-[a-z0-9]{5}$/),
      annotations: { note: 'by hand' },
      ownerReferences: [{ kind: 'Endpoints', name: 'outside', controller: true }],
    },
    endpoints: [
      { addresses: ['10.1.2.3'], hostname: 'a', conditions: { ready: true } },
      { addresses: ['10.1.2.4'], conditions: { ready: false } },
    ],
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
  });
  expect(four.metadata.labels).toEqual({
    app: 'legacy',
    'kubernetes.io/service-name': 'outside',
    'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
  });
  expect(six).toMatchObject({ addressType: 'IPv6', endpoints: [{ addresses: ['2001:db8::1'] }] });
});

test('slices follow their Endpoints, and come back', async () => {
  write();
  await cluster.settle();
  cluster.change('/endpoints', 'outside', endpoints => {
    endpoints.subsets = [{ addresses: [{ ip: '10.9.9.9' }], ports: [{ port: 9090 }] }];
  });
  await cluster.settle();
  expect(slices()).toMatchObject([{ endpoints: [{ addresses: ['10.9.9.9'] }], ports: [{ port: 9090 }] }]);
  cluster.delete('discovery.k8s.io/endpointslices', slices()[0].metadata.name);
  await cluster.settle();
  expect(slices()).toHaveLength(1);
  cluster.delete('/endpoints', 'outside');
  await cluster.settle();
  expect(slices()).toEqual([]);
});

test.each([
  ['are marked so', { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }],
  ['elect a leader', { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }],
  ['belong to no Service', { name: 'other' }],
])('Endpoints that %s are not mirrored', async (_, metadata) => {
  write(metadata);
  await cluster.settle();
  expect(slices()).toEqual([]);
});

test('a Service that gets a selector has no mirrored slices any more', async () => {
  write();
  await cluster.settle();
  cluster.change('/services', 'outside', service => {
    service.spec.selector = { app: 'web' };
  });
  await cluster.settle();
  expect(slices()).toMatchObject([{ metadata: { ownerReferences: [{ kind: 'Service' }] } }]);
});
