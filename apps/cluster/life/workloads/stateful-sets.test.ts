import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Body } from '../../testing/client.ts';
import { type LivingCluster, livingCluster } from '../../testing/living-cluster.ts';

let cluster: LivingCluster;

beforeEach(async () => {
  cluster = await livingCluster();
});

afterEach(() => cluster.stop());

function stateful(spec: object = {}, annotations = {}): void {
  cluster.create({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: {
      serviceName: 'db',
      replicas: 3,
      selector: { matchLabels: { app: 'db' } },
      template: {
        metadata: { labels: { app: 'db' }, annotations },
        spec: { containers: [{ name: 'main', image: 'pg:1' }] },
      },
      ...spec,
    },
  });
}

const set = (): Body => cluster.get('apps/statefulsets', 'db');
const change = (act: (spec: Body) => void) =>
  cluster.change('apps/statefulsets', 'db', ({ spec }) => act(spec));
const setImage = (image: string) => change(spec => (spec.template.spec.containers[0].image = image));
const pods = () =>
  Object.fromEntries(
    cluster.list('/pods').map(({ metadata, spec }) => [metadata.name, spec.containers[0].image]),
  );
const claims = () => cluster.list('/persistentvolumeclaims').map(({ metadata }) => metadata.name);
const slow = { 'simulate.millrace.dev/delay': '10s' };
const volumeClaimTemplates = [
  {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  },
];

test('Pods come one after the other and go the other way round', async () => {
  stateful({}, slow);
  await cluster.settle();
  expect(Object.keys(pods())).toEqual(['db-0']);
  await cluster.pass(10_000);
  expect(Object.keys(pods())).toEqual(['db-0', 'db-1']);
  await cluster.pass(20_000);
  expect(set().status).toMatchObject({
    replicas: 3,
    readyReplicas: 3,
    currentReplicas: 3,
    updatedReplicas: 3,
  });
  change(spec => (spec.replicas = 1));
  await cluster.settle();
  expect(Object.keys(pods())).toEqual(['db-0']);
  const gone = cluster.events('db').filter(event => event.startsWith('SuccessfulDelete'));
  expect(gone).toEqual(
    expect.arrayContaining([
      'SuccessfulDelete: Delete Pod db-2 in StatefulSet db successful',
      'SuccessfulDelete: Delete Pod db-1 in StatefulSet db successful',
    ]),
  );
});

test('Parallel makes all Pods at once', async () => {
  stateful({ podManagementPolicy: 'Parallel', ordinals: { start: 5 } }, slow);
  await cluster.settle();
  expect(Object.keys(pods())).toEqual(['db-5', 'db-6', 'db-7']);
});

test('a new template goes from the highest ordinal down and stops at a Pod that does not get ready', async () => {
  stateful();
  await cluster.settle();
  const before = set().status.currentRevision;
  change(spec => {
    spec.template.spec.containers[0].image = 'pg:2';
    spec.template.metadata.annotations = { 'simulate.millrace.dev/failure': 'never-ready' };
  });
  await cluster.settle();
  expect(pods()).toEqual({ 'db-0': 'pg:1', 'db-1': 'pg:1', 'db-2': 'pg:2' });
  expect(set().status).toMatchObject({
    currentRevision: before,
    currentReplicas: 2,
    updatedReplicas: 1,
    readyReplicas: 2,
  });
  expect(set().status.updateRevision).not.toBe(before);
});

test('Pods below the partition stay as they are, also when they come back', async () => {
  stateful({ updateStrategy: { rollingUpdate: { partition: 2 } } });
  await cluster.settle();
  setImage('pg:2');
  await cluster.settle();
  expect(pods()).toEqual({ 'db-0': 'pg:1', 'db-1': 'pg:1', 'db-2': 'pg:2' });
  cluster.delete('/pods', 'db-0');
  await cluster.settle();
  expect(pods()['db-0']).toBe('pg:1');
  change(spec => (spec.updateStrategy.rollingUpdate.partition = 0));
  await cluster.settle();
  expect(pods()).toEqual({ 'db-0': 'pg:2', 'db-1': 'pg:2', 'db-2': 'pg:2' });
  expect(set().status.currentRevision).toBe(set().status.updateRevision);
});

test('OnDelete leaves it to others to replace Pods', async () => {
  stateful({ updateStrategy: { type: 'OnDelete' } });
  await cluster.settle();
  setImage('pg:2');
  await cluster.settle();
  cluster.delete('/pods', 'db-1');
  await cluster.settle();
  expect(pods()).toEqual({ 'db-0': 'pg:1', 'db-1': 'pg:2', 'db-2': 'pg:1' });
});

test('revisions tell what there was, and a template that comes back is the latest again', async () => {
  stateful({ revisionHistoryLimit: 1 });
  await cluster.settle();
  for (const image of ['pg:2', 'pg:3', 'pg:2']) {
    setImage(image);
    await cluster.settle();
  }
  const revisions = cluster
    .list('apps/controllerrevisions')
    .map(({ revision, data }) => [
      revision,
      data.spec.template.spec.containers[0].image,
      data.spec.template.$patch,
    ])
    .sort();
  const [{ data }] = cluster.list('apps/controllerrevisions');
  expect(Object.keys(data.spec.template)).toEqual(['$patch', 'metadata', 'spec']);
  const fields = Object.keys(data.spec.template.spec);
  expect(fields).toEqual(fields.toSorted());
  expect(revisions).toEqual([
    [3, 'pg:3', 'replace'],
    [4, 'pg:2', 'replace'],
  ]);
});

test('claims stay when Pods and the set go', async () => {
  stateful({ volumeClaimTemplates });
  await cluster.settle();
  expect(cluster.get('/pods', 'db-1').spec.volumes[0]).toEqual({
    name: 'data',
    persistentVolumeClaim: { claimName: 'data-db-1' },
  });
  change(spec => (spec.replicas = 1));
  await cluster.settle();
  cluster.delete('apps/statefulsets', 'db');
  await cluster.settle();
  expect(pods()).toEqual({});
  expect(claims()).toEqual(['data-db-0', 'data-db-1', 'data-db-2']);
});

test('claims go with their Pods or with the set, where it says so', async () => {
  const persistentVolumeClaimRetentionPolicy = { whenScaled: 'Delete', whenDeleted: 'Delete' };
  stateful({ volumeClaimTemplates, persistentVolumeClaimRetentionPolicy });
  await cluster.settle();
  change(spec => (spec.replicas = 1));
  await cluster.settle();
  expect(claims()).toEqual(['data-db-0']);
  cluster.delete('apps/statefulsets', 'db');
  await cluster.settle();
  expect(claims()).toEqual([]);
  expect(cluster.list('/persistentvolumes')).toEqual([]);
});

test('a claim that is deleted stays while a Pod uses it', async () => {
  stateful({ volumeClaimTemplates, replicas: 1 });
  await cluster.settle();
  cluster.delete('/persistentvolumeclaims', 'data-db-0');
  await cluster.settle();
  expect(cluster.get('/persistentvolumeclaims', 'data-db-0').metadata.deletionTimestamp).toBeDefined();
  change(spec => (spec.replicas = 0));
  await cluster.settle();
  expect(claims()).toEqual([]);
});
