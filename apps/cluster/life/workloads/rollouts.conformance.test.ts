import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Body } from '../../testing/client.ts';
import { conformanceSubject, freshNamespace, type Subject } from '../../testing/conformance.ts';
import { until } from '../../testing/until.ts';

// No kubelet is needed: no scheduler takes the Pods, and the test says in their status when they are ready.
let subject: Subject;
let core: string;
let apps: string;
const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';

beforeAll(async () => {
  subject = await conformanceSubject();
  core = `/api/v1/namespaces/${await freshNamespace(subject.client)}`;
  apps = core.replace('/api/v1', '/apis/apps/v1');
});

afterAll(async () => {
  await subject.client.delete(core);
  await subject.stop();
});

const templateOf = (app: string) => ({
  metadata: { labels: { app } },
  spec: {
    schedulerName: 'nobody',
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'main', image: 'app:1' }],
  },
});
const create = (resource: string, name: string, spec: object) =>
  subject.client.post(`${apps}/${resource}`, {
    metadata: { name },
    spec: { selector: { matchLabels: { app: name } }, template: templateOf(name), ...spec },
  });
const change = (path: string, spec: object) => subject.client.patch(`${apps}/${path}`, merge, { spec });
const release = (path: string, image: string) =>
  subject.client.patch(`${apps}/${path}`, strategic, {
    spec: { template: { spec: { containers: [{ name: 'main', image }] } } },
  });
const imageOf = ({ spec }: Body): string => spec.containers[0].image;
const isReady = ({ status }: Body) =>
  (status.conditions ?? []).some(({ type, status: is }: Body) => type === 'Ready' && is === 'True');
const alive = (items: Body[]) => items.filter(({ metadata }) => !metadata.deletionTimestamp);

async function podsOf(app: string): Promise<Body[]> {
  const { body } = await subject.client.get(`${core}/pods?labelSelector=app%3D${app}`);
  return alive(body.items);
}

/** Makes so many Pods of an image ready that are not yet. */
async function makeReady(app: string, image: string, most = Number.POSITIVE_INFINITY): Promise<void> {
  const waiting = (await podsOf(app)).filter(pod => imageOf(pod) === image && !isReady(pod));
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime }];
  for (const { metadata } of waiting.slice(0, most))
    await subject.client.patch(`${core}/pods/${metadata.name}/status`, strategic, {
      status: { phase: 'Running', conditions },
    });
}

/** Waits until the ReplicaSets want so many Pods, by their image. */
const sizes = (name: string, wanted: Record<string, number>) =>
  until(subject.client, `${apps}/replicasets?labelSelector=app%3D${name}`, ({ items }) => {
    const found = items.map(({ spec }: Body) => [imageOf(spec.template), spec.replicas]);
    const busy = found.filter(([, replicas]: [string, number]) => replicas > 0);
    return JSON.stringify(Object.fromEntries(busy.sort())) === JSON.stringify(wanted);
  });
/** Waits until the Pods have these images, in the order of their names, and answers with their names. */
async function images(name: string, ...wanted: string[]): Promise<string[]> {
  const list = await until(subject.client, `${core}/pods?labelSelector=app%3D${name}`, ({ items }) => {
    const found = alive(items).map(imageOf);
    return items.length === wanted.length && JSON.stringify(found) === JSON.stringify(wanted);
  });
  return list.items.map(({ metadata }: Body) => metadata.name);
}

test('a Deployment surges, is scaled in proportion, changes its mind, rests and goes back', async () => {
  const path = 'deployments/web';
  const rollingUpdate = { maxSurge: 3, maxUnavailable: 2 };
  await create('deployments', 'web', { replicas: 10, strategy: { rollingUpdate } });
  await sizes('web', { 'app:1': 10 });
  await until(subject.client, `${apps}/${path}`, ({ status }) => status.replicas === 10);
  await makeReady('web', 'app:1');
  await until(subject.client, `${apps}/${path}`, ({ status }) => status.availableReplicas === 10);
  await release(path, 'app:2');
  await sizes('web', { 'app:1': 8, 'app:2': 5 });
  await until(subject.client, `${apps}/${path}`, ({ status }) => status.replicas === 13);
  await change(path, { replicas: 15 });
  await sizes('web', { 'app:1': 11, 'app:2': 7 });
  await change(path, { paused: true });
  await release(path, 'app:3');
  await change(path, { replicas: 8 });
  await sizes('web', { 'app:1': 7, 'app:2': 4 });
  await change(path, { paused: false });
  await until(subject.client, `${apps}/replicasets?labelSelector=app%3Dweb`, ({ items }) =>
    items.some(({ spec }: Body) => imageOf(spec.template) === 'app:3' && spec.replicas > 0),
  );
  await release(path, 'app:1');
  await until(subject.client, `${apps}/${path}`, ({ metadata }) => {
    const revision = metadata.annotations['deployment.kubernetes.io/revision'];
    return revision === '4';
  });
});

test('a Deployment that is recreated has no new Pod beside an old one', async () => {
  await create('deployments', 'anew', { replicas: 2, strategy: { type: 'Recreate' } });
  await sizes('anew', { 'app:1': 2 });
  await release('deployments/anew', 'app:2');
  await sizes('anew', { 'app:2': 2 });
  await images('anew', 'app:2', 'app:2');
});

test('a StatefulSet goes one by one, down to its partition, and does not pass a Pod that is stuck', async () => {
  await create('statefulsets', 'db', { serviceName: 'db', replicas: 3 });
  for (const count of [1, 2, 3]) {
    const names = await images('db', ...Array(count).fill('app:1'));
    expect(names.at(-1)).toBe(`db-${count - 1}`);
    await makeReady('db', 'app:1');
  }
  await change('statefulsets/db', { updateStrategy: { rollingUpdate: { partition: 1 } } });
  await release('statefulsets/db', 'app:2');
  await images('db', 'app:1', 'app:1', 'app:2');
  await makeReady('db', 'app:2');
  await images('db', 'app:1', 'app:2', 'app:2');
  const told = await until(
    subject.client,
    `${apps}/statefulsets/db`,
    ({ status }) => status.updatedReplicas === 2 && status.currentReplicas === 1,
  );
  expect(told.status.currentRevision).not.toBe(told.status.updateRevision);
  await subject.client.delete(`${core}/pods/db-0?gracePeriodSeconds=0`);
  const names = await images('db', 'app:1', 'app:2', 'app:2');
  expect(names[0]).toBe('db-0');
});

test('a parallel StatefulSet starts all at once, from the ordinal that it is told', async () => {
  const spec = { serviceName: 'q', replicas: 3, podManagementPolicy: 'Parallel', ordinals: { start: 5 } };
  await create('statefulsets', 'q', spec);
  expect(await images('q', 'app:1', 'app:1', 'app:1')).toEqual(['q-5', 'q-6', 'q-7']);
  await change('statefulsets/q', { replicas: 1 });
  expect(await images('q', 'app:1')).toEqual(['q-5']);
  await change('statefulsets/q', { updateStrategy: { type: 'OnDelete', rollingUpdate: null } });
  await release('statefulsets/q', 'app:2');
  await subject.client.delete(`${core}/pods/q-5?gracePeriodSeconds=0`);
  await images('q', 'app:2');
});
