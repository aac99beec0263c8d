import { afterAll, beforeAll, expect, test } from 'vitest';
import { conformanceSubject, type Subject } from '../testing/conformance.ts';

let subject: Subject;

beforeAll(async () => {
  subject = await conformanceSubject();
});

afterAll(() => subject.stop());

const labels = { app: 'a' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'busybox' }] } };
const create = (resource: string, spec: object) =>
  subject.client.post(`/apis/apps/v1/namespaces/default/${resource}?dryRun=All`, {
    metadata: { name: 'conformance' },
    spec: { selector: { matchLabels: labels }, template, ...spec },
  });
const rolling = (rollingUpdate: object) => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } });

test.each([
  ['daemonsets', rolling({ maxUnavailable: 0 })],
  ['daemonsets', rolling({ maxSurge: 1 })],
  ['daemonsets', rolling({ maxSurge: '110%', maxUnavailable: 0 })],
  ['daemonsets', rolling({ maxSurge: 'x', maxUnavailable: 0 })],
  ['daemonsets', rolling({ maxUnavailable: -1 })],
  ['daemonsets', { updateStrategy: { type: 'Foo' } }],
  ['daemonsets', { minReadySeconds: -1, revisionHistoryLimit: -1 }],
  ['daemonsets', { template: { ...template, spec: { ...template.spec, activeDeadlineSeconds: 5 } } }],
  ['statefulsets', { podManagementPolicy: 'Foo' }],
  ['statefulsets', rolling({ partition: -1 })],
  ['statefulsets', { updateStrategy: { type: 'Foo' } }],
  ['statefulsets', { updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } }],
  ['statefulsets', { minReadySeconds: -1 }],
  ['statefulsets', { ordinals: { start: -1 } }],
  ['statefulsets', { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'X' } }],
  ['statefulsets', { serviceName: 'A_b' }],
  ['statefulsets', { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }] }],
  ['replicasets', { minReadySeconds: -1 }],
])('%s with %j are refused', async (resource, spec) => {
  const { code, body } = await create(resource, spec);
  expect(code).toBe(422);
  expect(body.details.causes).toMatchSnapshot();
});

test('StatefulSets do not keep what is behind a feature gate', async () => {
  const { body } = await create('statefulsets', rolling({ maxUnavailable: 2 }));
  expect(body.spec.updateStrategy.rollingUpdate).toEqual({ partition: 0 });
});
