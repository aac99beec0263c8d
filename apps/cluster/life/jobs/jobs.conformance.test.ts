import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Body } from '../../testing/client.ts';
import { conformanceSubject, freshNamespace, type Subject } from '../../testing/conformance.ts';
import { until } from '../../testing/until.ts';

// No kubelet is needed: the Pods are not to start, and where they are to end the test says so in their status.
let subject: Subject;
let namespace: string;
const merge = 'application/merge-patch+json';
const job = (name: string) => `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`;
const podsOf = (name: string) =>
  `/api/v1/namespaces/${namespace}/pods?labelSelector=batch.kubernetes.io/job-name%3D${name}`;

beforeAll(async () => {
  subject = await conformanceSubject();
  namespace = await freshNamespace(subject.client);
});

afterAll(async () => {
  await subject.client.delete(`/api/v1/namespaces/${namespace}`);
  await subject.stop();
});

async function run(name: string, spec: object): Promise<void> {
  const template = {
    metadata: { annotations: { 'simulate.millrace.dev/delay': '24h' } },
    spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] },
  };
  const { code } = await subject.client.post(`/apis/batch/v1/namespaces/${namespace}/jobs`, {
    metadata: { name },
    spec: { template, ...spec },
  });
  expect(code).toBe(201);
}

async function end(pod: Body, phase: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}/status`;
  expect((await subject.client.patch(path, merge, { status: { phase } })).code).toBe(200);
}

const conditionsOf = ({ status }: Body) =>
  (status.conditions ?? []).map(({ type, status, reason, message }: Body) => [type, status, reason, message]);

test('Pods of an indexed Job carry their index and are tracked', async () => {
  await run('indexed', { completions: 2, parallelism: 2, completionMode: 'Indexed' });
  await until(subject.client, job('indexed'), ({ status }) => status.active === 2);
  const { body } = await subject.client.get(podsOf('indexed'));
  const pod = body.items.find(({ spec }: Body) => spec.hostname === 'indexed-1');
  expect(pod.metadata).toMatchObject({
    name: expect.stringMatching(/^indexed-1-[a-z0-9]{5}$/),
    generateName: 'indexed-1-',
    finalizers: ['batch.kubernetes.io/job-tracking'],
    annotations: { 'batch.kubernetes.io/job-completion-index': '1' },
    labels: { 'batch.kubernetes.io/job-completion-index': '1', 'job-name': 'indexed' },
  });
  expect(pod.spec.containers[0].env).toEqual([
    {
      name: 'JOB_COMPLETION_INDEX',
      valueFrom: {
        fieldRef: {
          apiVersion: 'v1',
          fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']",
        },
      },
    },
  ]);
  for (const each of body.items) await end(each, 'Succeeded');
  const done = await until(subject.client, job('indexed'), ({ status }) => status.completionTime);
  expect(done.status).toMatchObject({ succeeded: 2, completedIndexes: '0,1', ready: 0, terminating: 0 });
  expect(conditionsOf(done)).toEqual([
    ['SuccessCriteriaMet', 'True', 'CompletionsReached', 'Reached expected number of succeeded pods'],
    ['Complete', 'True', 'CompletionsReached', 'Reached expected number of succeeded pods'],
  ]);
});

test('a Job fails when its backoff limit is passed', async () => {
  await run('failing', { backoffLimit: 0 });
  const { items } = await until(subject.client, podsOf('failing'), ({ items }) => items.length === 1);
  await end(items[0], 'Failed');
  const failed = await until(subject.client, job('failing'), body => conditionsOf(body).length === 2);
  const why = ['True', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit'];
  expect(conditionsOf(failed)).toEqual([
    ['FailureTarget', ...why],
    ['Failed', ...why],
  ]);
  expect(failed.status).toMatchObject({ failed: 1, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
  expect(failed.status.completionTime).toBeUndefined();
});

test('a suspended Job loses its Pods without counting them, and resumes', async () => {
  await run('paused', { parallelism: 2 });
  await until(subject.client, job('paused'), ({ status }) => status.active === 2);
  await subject.client.patch(job('paused'), merge, { spec: { suspend: true } });
  const suspended = await until(subject.client, job('paused'), body => conditionsOf(body).length > 0);
  expect(conditionsOf(suspended)).toEqual([['Suspended', 'True', 'JobSuspended', 'Job suspended']]);
  expect(suspended.status.startTime).toBeUndefined();
  await until(subject.client, podsOf('paused'), ({ items }) => items.length === 0);
  await subject.client.patch(job('paused'), merge, { spec: { suspend: false } });
  const resumed = await until(subject.client, job('paused'), ({ status }) => status.active === 2);
  expect(conditionsOf(resumed)).toEqual([['Suspended', 'False', 'JobResumed', 'Job resumed']]);
  expect(resumed.status.failed).toBeUndefined();
  expect(resumed.status.startTime).toEqual(expect.any(String));
});

test('a Job goes when its time after its end is over', async () => {
  await run('short', { ttlSecondsAfterFinished: 0 });
  const { items } = await until(subject.client, podsOf('short'), ({ items }) => items.length === 1);
  await end(items[0], 'Succeeded');
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs?fieldSelector=metadata.name%3Dshort`;
  await until(subject.client, jobs, ({ items }) => items.length === 0);
});
