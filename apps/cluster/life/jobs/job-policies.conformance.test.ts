import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Body } from '../../testing/client.ts';
import { conformanceSubject, freshNamespace, type Subject } from '../../testing/conformance.ts';
import { until } from '../../testing/until.ts';

// No kubelet is needed: no scheduler takes the Pods, and the test says in their status how they end.
let subject: Subject;
let namespace: string;
const merge = 'application/merge-patch+json';
const job = (name: string) => `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`;
const pods = () => `/api/v1/namespaces/${namespace}/pods`;

beforeAll(async () => {
  subject = await conformanceSubject();
  namespace = await freshNamespace(subject.client);
});

afterAll(async () => {
  await subject.client.delete(`/api/v1/namespaces/${namespace}`);
  await subject.stop();
});

const indexed = (completions: number, more: object) => ({
  completionMode: 'Indexed',
  completions,
  parallelism: completions,
  ...more,
});

async function run(name: string, spec: { parallelism?: number }): Promise<void> {
  const pod = {
    schedulerName: 'nobody',
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    containers: [{ name: 'main', image: 'busybox' }],
  };
  const template = { metadata: { labels: { job: name } }, spec: pod };
  const metadata = { name };
  await subject.client.post(`/apis/batch/v1/namespaces/${namespace}/jobs`, {
    metadata,
    spec: { template, ...spec },
  });
  await until(subject.client, job(name), ({ status }) => status.active === (spec.parallelism ?? 1));
}

/** Lets the Pod of an index, or any, end with a code. */
async function end(name: string, exitCode: number, index?: number): Promise<void> {
  const { body } = await subject.client.get(`${pods()}?labelSelector=job%3D${name}`);
  const key = 'batch.kubernetes.io/job-completion-index';
  const found = body.items.find(
    ({ metadata, status }: Body) =>
      status.phase === 'Pending' && (index === undefined || metadata.annotations[key] === String(index)),
  );
  const finishedAt = '2026-01-01T00:00:00Z';
  const phase = exitCode === 0 ? 'Succeeded' : 'Failed';
  const ended = { name: 'main', image: 'busybox', imageID: '', ready: false, restartCount: 0 };
  const containerStatuses = [{ ...ended, state: { terminated: { exitCode, finishedAt } } }];
  const path = `${pods()}/${found.metadata.name}/status`;
  const { code } = await subject.client.patch(path, merge, { status: { phase, containerStatuses } });
  expect(code).toBe(200);
}

async function outcome(name: string): Promise<Body> {
  const over = await until(subject.client, job(name), ({ status }) =>
    status.conditions?.some(({ type }: Body) => type === 'Complete' || type === 'Failed'),
  );
  const { conditions, succeeded, failed, completedIndexes, failedIndexes } = over.status;
  const told = conditions.map(({ type, reason, message }: Body) => `${type} ${reason}: ${message}`);
  return { told, succeeded, failed, completedIndexes, failedIndexes };
}

test('an index that fails too often makes the Job fail once the others have ended', async () => {
  await run('per-index', indexed(3, { backoffLimitPerIndex: 0 }));
  await end('per-index', 1, 1);
  await end('per-index', 0, 0);
  await end('per-index', 0, 2);
  expect(await outcome('per-index')).toMatchSnapshot();
});

test('more failed indexes than may be make it fail at once', async () => {
  await run('most', indexed(4, { backoffLimitPerIndex: 0, maxFailedIndexes: 1 }));
  await end('most', 1, 1);
  await until(subject.client, job('most'), ({ status }) => status.failedIndexes === '1');
  await end('most', 1, 2);
  expect(await outcome('most')).toMatchSnapshot();
});

test('a success policy lets the rest go', async () => {
  const rules = [{ succeededIndexes: '0,3', succeededCount: 1 }];
  await run('policy', indexed(4, { successPolicy: { rules } }));
  await end('policy', 0, 1);
  await end('policy', 0, 3);
  expect(await outcome('policy')).toMatchSnapshot();
});

test('an index may be given up by a policy', async () => {
  const rules = [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [9] } }];
  await run('given-up', indexed(2, { backoffLimitPerIndex: 5, podFailurePolicy: { rules } }));
  await end('given-up', 9, 0);
  await end('given-up', 0, 1);
  expect(await outcome('given-up')).toMatchSnapshot();
});

test('an exit code may be enough to fail', async () => {
  const rules = [{ action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'In', values: [42] } }];
  await run('fatal', { parallelism: 2, podFailurePolicy: { rules } } as object);
  await end('fatal', 42);
  const { told, failed } = await outcome('fatal');
  const message = expect.stringMatching(
    /^(FailureTarget|Failed) PodFailurePolicy: Container main for pod [a-z0-9-]+\/fatal-[a-z0-9]{5} failed with exit code 42 matching FailJob rule at index 0$/,
  );
  expect([told, failed]).toEqual([[message, message], 2]);
});

test('an indexed Job shrinks and is complete', async () => {
  await run('elastic', indexed(4, {}));
  for (const index of [0, 1, 3]) await end('elastic', 0, index);
  await until(subject.client, job('elastic'), ({ status }) => status.succeeded === 3);
  await subject.client.patch(job('elastic'), merge, { spec: { completions: 2, parallelism: 2 } });
  expect(await outcome('elastic')).toMatchSnapshot();
});
