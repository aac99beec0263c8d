import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Body } from '../testing/client.ts';
import { conformanceSubject, freshNamespace, type Subject } from '../testing/conformance.ts';
import { until } from '../testing/until.ts';

let subject: Subject;
let namespace: string;

beforeAll(async () => {
  subject = await conformanceSubject();
  namespace = `/api/v1/namespaces/${await freshNamespace(subject.client)}`;
});

afterAll(() => subject.stop());

const policies = () => namespace.replace('/api/v1', '/apis/policy/v1');
const evict = (name: string, more: object = {}) =>
  subject.client.post(`${namespace}/pods/${name}/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name },
    ...more,
  });

/** A Pod that runs and is ready, whoever runs it. */
async function ready(name: string, app: string): Promise<void> {
  await subject.client.post(`${namespace}/pods`, {
    metadata: { name, labels: { app } },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'main', image: 'nginx' }],
    },
  });
  const now = new Date().toISOString();
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: now }];
  await subject.client.patch(`${namespace}/pods/${name}/status`, 'application/strategic-merge-patch+json', {
    status: { phase: 'Running', conditions },
  });
}

async function budget(name: string, spec: object, isKnown: (status: Body) => boolean): Promise<void> {
  const path = `${policies()}/poddisruptionbudgets`;
  await subject.client.post(path, {
    metadata: { name },
    spec: { selector: { matchLabels: { app: name } }, ...spec },
  });
  await until(subject.client, `${path}/${name}`, ({ status }) => isKnown(status));
}

test('a Pod is evicted as long as its budget allows', async () => {
  await ready('a', 'web');
  await ready('b', 'web');
  await budget('web', { minAvailable: 1 }, ({ disruptionsAllowed }) => disruptionsAllowed === 1);
  const dry = await evict('a', { deleteOptions: { dryRun: ['All'] } });
  expect(dry.code).toBe(201);
  const first = await evict('a');
  expect([first.code, first.body.status]).toEqual([201, 'Success']);
  await until(
    subject.client,
    `${policies()}/poddisruptionbudgets/web`,
    ({ status }) => status.currentHealthy === 1,
  );
  const second = await evict('b');
  expect([second.code, second.body.reason, second.body.message]).toEqual([
    429,
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
  ]);
  expect(second.body.details.causes).toEqual([
    {
      reason: 'DisruptionBudget',
      message: 'The disruption budget web needs 1 healthy pods and has 1 currently',
    },
  ]);
});

test('a budget in percent counts Pods of controllers only', async () => {
  await ready('alone', 'alone');
  const isCounted = ({ observedGeneration }: Body) => observedGeneration === 1;
  await budget('alone', { maxUnavailable: '50%' }, isCounted);
  const path = `${policies()}/poddisruptionbudgets/alone`;
  const { status } = await until(subject.client, path, body => body.status.currentHealthy === 1);
  expect(status).toMatchObject({ expectedPods: 0, desiredHealthy: 0, disruptionsAllowed: 0 });
  const { code, body } = await evict('alone');
  expect([code, body.reason]).toEqual([429, 'TooManyRequests']);
});

test('what is not there or meant for another cannot be evicted', async () => {
  expect((await evict('nobody')).code).toBe(404);
  await ready('c', 'free');
  const other = await evict('c', { metadata: { name: 'd' } });
  expect([other.code, other.body.message]).toEqual([
    400,
    'name in URL does not match name in Eviction object',
  ]);
  expect((await evict('c')).code).toBe(201);
});
