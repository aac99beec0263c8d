import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Body } from '../../testing/client.ts';
import { type LivingCluster, livingCluster } from '../../testing/living-cluster.ts';

let cluster: LivingCluster;

beforeEach(async () => {
  cluster = await livingCluster();
});

afterEach(() => cluster.stop());

function storageClass(name: string, more: object = {}): void {
  cluster.create({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: 'example.com/disks',
    ...more,
  });
}

function claim(name: string, spec: object = {}): void {
  cluster.create({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  });
}

function volume(name: string, storage: string, spec: object = {}): void {
  cluster.create({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' }, ...spec },
  });
}

function user(name: string, claimName: string): void {
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName } }];
  cluster.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'main', image: 'nginx' }], volumes },
  });
}

const claimed = (name: string): Body => cluster.get('/persistentvolumeclaims', name);
const volumes = (): Body[] => cluster.list('/persistentvolumes');
const unscheduled = (name: string): string => cluster.get('/pods', name).status.conditions[0].message;

test('a claim is bound once its Pod has a node, where its class waits for that', async () => {
  storageClass('later', { volumeBindingMode: 'WaitForFirstConsumer' });
  claim('data', { storageClassName: 'later' });
  await cluster.settle();
  expect(claimed('data').status.phase).toBe('Pending');
  expect(cluster.events('data')).toEqual([
    'WaitForFirstConsumer: waiting for first consumer to be created before binding',
  ]);
  user('web', 'data');
  await cluster.settle();
  expect(claimed('data')).toMatchObject({
    metadata: { annotations: { 'volume.kubernetes.io/selected-node': 'millrace' } },
    status: { phase: 'Bound', capacity: { storage: '1Gi' } },
  });
  expect(cluster.get('/pods', 'web').status.phase).toBe('Running');
});

test('a Pod waits for claims that are not there or not bound', async () => {
  user('web', 'data');
  await cluster.settle();
  expect(unscheduled('web')).toBe(
    '0/1 nodes are available: persistentvolumeclaim "data" not found. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
  );
  claim('data', { storageClassName: 'nope' });
  await cluster.settle();
  expect(unscheduled('web')).toContain('pod has unbound immediate PersistentVolumeClaims');
  expect(cluster.events('data')).toEqual([
    'ProvisioningFailed: storageclass.storage.k8s.io "nope" not found',
  ]);
  storageClass('nope');
  await cluster.settle();
  expect(cluster.get('/pods', 'web').status.phase).toBe('Running');
});

test('without a class the smallest volume that fits is taken, by its labels if asked', async () => {
  volume('large', '10Gi');
  volume('small', '2Gi');
  volume('tiny', '100Mi');
  claim('a', { storageClassName: '' });
  claim('b', { storageClassName: '', selector: { matchLabels: { tier: 'gold' } } });
  await cluster.settle();
  expect(claimed('a')).toMatchObject({
    spec: { volumeName: 'small' },
    status: { phase: 'Bound', capacity: { storage: '2Gi' } },
  });
  expect(cluster.events('b')).toEqual([
    'FailedBinding: no persistent volumes available for this claim and no storage class is set',
  ]);
  expect(volumes().map(({ status }) => status.phase)).toEqual(['Available', 'Bound', 'Available']);
});

test('a volume and a claim may be meant for each other', async () => {
  volume('kept', '5Gi', { claimRef: { name: 'first', namespace: 'default' } });
  claim('second', { storageClassName: '', volumeName: 'kept' });
  claim('first', { storageClassName: '' });
  claim('large', { storageClassName: '', volumeName: 'tiny' });
  volume('tiny', '100Mi');
  await cluster.settle();
  expect(claimed('first').spec.volumeName).toBe('kept');
  expect(cluster.events('second')).toEqual([
    'FailedBinding: volume "kept" already bound to a different claim.',
  ]);
  expect(cluster.events('large')).toEqual([
    'VolumeMismatch: Cannot bind to requested volume "tiny": requested PV is too small',
  ]);
});

test('a volume that is retained stays when its claim goes, others go along', async () => {
  storageClass('kept', { reclaimPolicy: 'Retain' });
  claim('a', { storageClassName: 'kept' });
  claim('b');
  await cluster.settle();
  cluster.delete('/persistentvolumeclaims', 'a');
  cluster.delete('/persistentvolumeclaims', 'b');
  await cluster.settle();
  expect(volumes().map(({ status }) => status.phase)).toEqual(['Released']);
});

test('a claim grows where its class lets it, and is lost with its volume', async () => {
  claim('data');
  await cluster.settle();
  cluster.change('/persistentvolumeclaims', 'data', ({ spec }) => (spec.resources.requests.storage = '3Gi'));
  await cluster.settle();
  expect(claimed('data').status.capacity).toEqual({ storage: '3Gi' });
  expect(volumes()[0].spec.capacity).toEqual({ storage: '3Gi' });
  const shrink = () =>
    cluster.change('/persistentvolumeclaims', 'data', ({ spec }) => {
      spec.resources.requests.storage = '1Gi';
    });
  expect(shrink).toThrow('field can not be less than status.capacity');
  const { name } = volumes()[0].metadata;
  cluster.change('/persistentvolumes', name, ({ metadata }) => delete metadata.finalizers);
  cluster.delete('/persistentvolumes', name);
  await cluster.settle();
  expect(claimed('data').status.phase).toBe('Lost');
});

test('a volume of its own comes and goes with its Pod', async () => {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  cluster.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: {
      containers: [{ name: 'main', image: 'nginx' }],
      volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { spec } } }],
    },
  });
  await cluster.settle();
  expect(claimed('web-scratch').status.phase).toBe('Bound');
  expect(cluster.get('/pods', 'web').status.phase).toBe('Running');
  cluster.delete('/pods', 'web');
  await cluster.settle();
  expect(claimed('web-scratch')).toBeUndefined();
});
