import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Body } from '../../testing/client.ts';
import { conformanceSubject, freshNamespace, type Subject } from '../../testing/conformance.ts';
import { until } from '../../testing/until.ts';

// No kubelet is needed: the Pods are not to start.
let subject: Subject;
let namespace: string;
const merge = 'application/merge-patch+json';
const deployments = () => `/apis/apps/v1/namespaces/${namespace}/deployments`;
const sets = (name: string) =>
  `/apis/apps/v1/namespaces/${namespace}/replicasets?labelSelector=app%3D${name}`;

beforeAll(async () => {
  subject = await conformanceSubject();
  namespace = await freshNamespace(subject.client);
});

afterAll(async () => {
  await subject.client.delete(`/api/v1/namespaces/${namespace}`);
  await subject.stop();
});

const workload = (name: string, spec: object) => ({
  metadata: { name, annotations: { note: 'carried over' } },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name }, annotations: { 'simulate.millrace.dev/delay': '24h' } },
      spec: { containers: [{ name: 'main', image: 'nginx:1' }] },
    },
    ...spec,
  },
});

const image = (tag: string) => ({
  spec: { template: { spec: { containers: [{ name: 'main', image: `nginx:${tag}` }] } } },
});

const sizesOf = ({ items }: Body) =>
  Object.fromEntries(items.map(({ spec }: Body) => [spec.template.spec.containers[0].image, spec.replicas]));

test('a new Deployment reports what it waits for, and its ReplicaSet what it was sized for', async () => {
  await subject.client.post(deployments(), workload('fresh', { replicas: 3 }));
  const { status, metadata } = await until(
    subject.client,
    `${deployments()}/fresh`,
    body => body.status.replicas === 3 && body.status.updatedReplicas === 3,
  );
  expect(metadata.annotations).toEqual({ note: 'carried over', 'deployment.kubernetes.io/revision': '1' });
  expect(status).toMatchObject({ observedGeneration: 1, unavailableReplicas: 3 });
  const conditions = status.conditions.map(({ type, status, reason }: Body) => [type, status, reason]);
  expect(conditions).toEqual(
    expect.arrayContaining([
      ['Available', 'False', 'MinimumReplicasUnavailable'],
      ['Progressing', 'True', 'ReplicaSetUpdated'],
    ]),
  );
  const { body } = await subject.client.get(sets('fresh'));
  expect(body.items[0].metadata.annotations).toEqual({
    note: 'carried over',
    'deployment.kubernetes.io/revision': '1',
    'deployment.kubernetes.io/desired-replicas': '3',
    'deployment.kubernetes.io/max-replicas': '4',
  });
});

test('old Pods that serve nobody make room for new ones', async () => {
  await subject.client.post(deployments(), workload('stuck', { replicas: 4 }));
  await until(subject.client, `${deployments()}/stuck`, ({ status }) => status.replicas === 4);
  await subject.client.patch(`${deployments()}/stuck`, merge, image('2'));
  // Surge and unavailability of 25 percent are one Pod each.
  const settled = await until(subject.client, sets('stuck'), body => sizesOf(body)['nginx:2'] === 2);
  expect(sizesOf(settled)).toEqual({ 'nginx:1': 3, 'nginx:2': 2 });
});

test('a Pod that names no service account of its namespace is refused until there is one', async () => {
  const refused = workload('nobody', { replicas: 1 });
  Object.assign(refused.spec.template.spec, { serviceAccountName: 'late' });
  await subject.client.post(deployments(), refused);
  const failure = (body: Body) => body.status.conditions?.find(({ type }: Body) => type === 'ReplicaFailure');
  const failing = await until(subject.client, `${deployments()}/nobody`, failure);
  const { items } = (await subject.client.get(sets('nobody'))).body;
  const why = `pods "${items[0].metadata.name}-" is forbidden: error looking up service account ${namespace}/late: serviceaccount "late" not found`;
  expect(failure(failing)).toMatchObject({ status: 'True', reason: 'FailedCreate', message: why });
  const events = `/api/v1/namespaces/${namespace}/events?fieldSelector=reason%3DFailedCreate`;
  const told = await until(subject.client, events, body => body.items.length > 0);
  expect(told.items[0]).toMatchObject({
    type: 'Warning',
    message: `Error creating: ${why}`,
    source: { component: 'replicaset-controller' },
  });
  await subject.client.post(`/api/v1/namespaces/${namespace}/serviceaccounts`, {
    metadata: { name: 'late' },
  });
  const { status } = await until(
    subject.client,
    `${deployments()}/nobody`,
    body => body.status.replicas === 1,
  );
  expect(status.updatedReplicas).toBe(1);
});
