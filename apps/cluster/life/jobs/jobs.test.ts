import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Body } from '../../testing/client.ts';
import { type LivingCluster, livingCluster } from '../../testing/living-cluster.ts';

let cluster: LivingCluster;

beforeEach(async () => {
  cluster = await livingCluster();
});

afterEach(() => cluster.stop());

const asked = (annotations: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [`simulate.millrace.dev/${key}`, value]),
  );

function run(spec: object, annotations: Record<string, string> = {}, restartPolicy = 'Never'): void {
  const template = {
    metadata: { annotations: asked(annotations) },
    spec: { restartPolicy, containers: [{ name: 'main', image: 'busybox' }] },
  };
  cluster.create({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work' },
    spec: { template, ...spec },
  });
}

const job = (): Body => cluster.get('batch/jobs', 'work');
const pods = (): Body[] => cluster.list('/pods');
const conditions = () =>
  (job().status.conditions ?? []).map(({ type, status, reason }: Body) => `${type}=${status} ${reason}`);
const endless = { duration: '24h' };

test('as many Pods run at a time as parallelism says, until enough have succeeded', async () => {
  run({ completions: 5, parallelism: 2 }, { duration: '1m' });
  await cluster.settle();
  expect(job().status).toMatchObject({ active: 2, ready: 2, startTime: '2026-01-01T00:00:00Z' });
  await cluster.pass(3 * 60_000);
  expect(job().status).toMatchObject({ succeeded: 5, completionTime: '2026-01-01T00:03:00Z' });
  expect(job().status.active).toBeUndefined();
  expect(conditions()).toEqual([
    'SuccessCriteriaMet=True CompletionsReached',
    'Complete=True CompletionsReached',
  ]);
  expect(cluster.events('work')).toContain('Completed: Job completed');
  expect(pods().map(({ status, metadata }) => [status.phase, metadata.finalizers])).toEqual(
    Array(5).fill(['Succeeded', undefined]),
  );
});

test('Pods that fail are replaced until the backoff limit is passed', async () => {
  run({ backoffLimit: 2 }, { failure: 'fail', 'exit-code': '3' });
  await cluster.pass(1000);
  expect(job().status).toMatchObject({ failed: 3 });
  expect(conditions()).toEqual([
    'FailureTarget=True BackoffLimitExceeded',
    'Failed=True BackoffLimitExceeded',
  ]);
  expect(job().status.conditions[1]).toMatchObject({
    message: 'Job has reached the specified backoff limit',
    lastProbeTime: expect.any(String),
  });
  expect(cluster.events('work')).toContain(
    'BackoffLimitExceeded: Job has reached the specified backoff limit',
  );
  expect(pods()).toHaveLength(3);
  expect(pods()[0].status.containerStatuses[0].state.terminated).toMatchObject({
    exitCode: 3,
    reason: 'Error',
  });
});

test('containers that are started again count by their restarts', async () => {
  run({ backoffLimit: 3 }, { failure: 'crash-loop' }, 'OnFailure');
  await cluster.pass(60_000);
  expect(conditions()).toContain('Failed=True BackoffLimitExceeded');
  expect(job().status.failed).toBe(1);
  expect(pods()).toEqual([]);
});

test('a Job that takes too long fails with its running Pods', async () => {
  run({ activeDeadlineSeconds: 90, parallelism: 2 }, endless);
  await cluster.pass(89_000);
  expect(conditions()).toEqual([]);
  await cluster.pass(2000);
  expect(conditions()).toEqual(['FailureTarget=True DeadlineExceeded', 'Failed=True DeadlineExceeded']);
  expect(job().status).toMatchObject({ failed: 2, ready: 0, terminating: 0 });
  expect(pods()).toEqual([]);
});

test('an indexed Job runs each index once and tells which are done', async () => {
  run({ completions: 4, parallelism: 4, completionMode: 'Indexed' });
  await cluster.settle();
  const [first] = pods();
  expect(first).toMatchObject({
    metadata: {
      name: expect.stringMatching(/^work-0-[a-z0-9]{5}$/),
      annotations: { 'batch.kubernetes.io/job-completion-index': '0' },
      labels: { 'batch.kubernetes.io/job-completion-index': '0', 'batch.kubernetes.io/job-name': 'work' },
    },
    spec: { hostname: 'work-0' },
  });
  expect(first.spec.containers[0].env[0].valueFrom.fieldRef.fieldPath).toBe(
    "metadata.labels['batch.kubernetes.io/job-completion-index']",
  );
  await cluster.pass(1000);
  expect(job().status).toMatchObject({ succeeded: 4, completedIndexes: '0-3' });
});

test('a suspended Job has no Pods; resumed it begins anew without counting them as failed', async () => {
  run({ parallelism: 2, suspend: true }, endless);
  await cluster.settle();
  expect(pods()).toEqual([]);
  expect(job().status.startTime).toBeUndefined();
  expect(conditions()).toEqual(['Suspended=True JobSuspended']);
  cluster.change('batch/jobs', 'work', ({ spec }) => (spec.suspend = false));
  await cluster.pass(1000);
  expect(job().status.active).toBe(2);
  cluster.change('batch/jobs', 'work', ({ spec }) => (spec.suspend = true));
  await cluster.settle();
  expect(pods()).toEqual([]);
  expect(job().status.failed).toBeUndefined();
  cluster.change('batch/jobs', 'work', ({ spec }) => (spec.suspend = false));
  await cluster.settle();
  expect(conditions()).toEqual(['Suspended=False JobResumed']);
  expect(job().status.startTime).toBe('2026-01-01T00:00:01Z');
  expect(cluster.events('work')).toEqual(
    expect.arrayContaining(['Suspended: Job suspended', 'Resumed: Job resumed']),
  );
});

test('a Pod that somebody deletes counts as failed and is replaced', async () => {
  run({}, endless);
  await cluster.settle();
  cluster.delete('/pods', pods()[0].metadata.name);
  await cluster.settle();
  expect(job().status).toMatchObject({ failed: 1, active: 1 });
  expect(pods()).toHaveLength(1);
});

test('a Job goes some time after it has ended', async () => {
  run({ ttlSecondsAfterFinished: 60 });
  await cluster.pass(59_000);
  expect(job()).toBeDefined();
  await cluster.pass(2000);
  expect(job()).toBeUndefined();
  expect(pods()).toEqual([]);
});

test('deleting a Job takes its running Pods along', async () => {
  run({}, endless);
  await cluster.settle();
  cluster.delete('batch/jobs', 'work');
  await cluster.settle();
  expect(pods()).toEqual([]);
});

test.each([
  ['FailJob', 'In', [3], 'FailureTarget=True PodFailurePolicy', 1],
  ['FailJob', 'NotIn', [3], 'FailureTarget=True BackoffLimitExceeded', 3],
  ['Count', 'In', [3], 'FailureTarget=True BackoffLimitExceeded', 3],
])('the policy %s of exit codes %s %j ends in %s', async (action, operator, values, end, failed) => {
  const podFailurePolicy = { rules: [{ action, onExitCodes: { operator, values } }] };
  run({ backoffLimit: 2, podFailurePolicy }, { failure: 'fail', 'exit-code': '3' });
  await cluster.pass(1000);
  expect(conditions()[0]).toBe(end);
  expect(job().status.failed).toBe(failed);
  if (failed === 1)
    expect(job().status.conditions[0].message).toMatch(
      /^Container main for pod default\/work-[a-z0-9]{5} failed with exit code 3 matching FailJob rule at index 0$/,
    );
});

test('failures that the policy ignores do not count', async () => {
  const podFailurePolicy = { rules: [{ action: 'Ignore', onExitCodes: { operator: 'In', values: [3] } }] };
  run({ backoffLimit: 0, podFailurePolicy }, { failure: 'fail', 'exit-code': '3', duration: '1m' });
  await cluster.pass(150_000);
  expect(conditions()).toEqual([]);
  expect(job().status).toMatchObject({ active: 1 });
  expect(pods()).toHaveLength(3);
});

test('indexes that fail too often do not keep the others from ending, and fail the Job then', async () => {
  const indexed = { completionMode: 'Indexed', completions: 3, parallelism: 3, backoffLimitPerIndex: 1 };
  cluster.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'millrace-simulation' },
    data: { rules: '[{name: work-1-*, failure: fail}]' },
  });
  run(indexed);
  await cluster.pass(1000);
  expect(job().status).toMatchObject({
    succeeded: 2,
    failed: 2,
    completedIndexes: '0,2',
    failedIndexes: '1',
  });
  expect(conditions()).toEqual(['FailureTarget=True FailedIndexes', 'Failed=True FailedIndexes']);
  const tries = pods().filter(({ metadata }) => metadata.name.startsWith('work-1-'));
  const key = 'batch.kubernetes.io/job-index-failure-count';
  expect(tries.map(({ metadata }) => metadata.annotations[key]).sort()).toEqual(['0', '1']);
});

test('too many failed indexes end a Job at once', async () => {
  const limits = { backoffLimitPerIndex: 0, maxFailedIndexes: 1 };
  run(
    { completionMode: 'Indexed', completions: 10, parallelism: 2, ...limits },
    { failure: 'fail', duration: '1m' },
  );
  await cluster.pass(10 * 60_000);
  expect(conditions()).toEqual([
    'FailureTarget=True MaxFailedIndexesExceeded',
    'Failed=True MaxFailedIndexesExceeded',
  ]);
  // The third was started in place of the first, and is told to go with the Job.
  expect(job().status).toMatchObject({ failed: 3, failedIndexes: '0,1' });
});

test('the action FailIndex gives an index up', async () => {
  const rules = [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [3] } }];
  const limits = { backoffLimitPerIndex: 5, podFailurePolicy: { rules } };
  run(
    { completionMode: 'Indexed', completions: 2, parallelism: 2, ...limits },
    { failure: 'fail', 'exit-code': '3' },
  );
  await cluster.pass(1000);
  expect(job().status).toMatchObject({ failed: 2, failedIndexes: '0,1' });
});

test('a success policy ends a Job before all have succeeded', async () => {
  const successPolicy = { rules: [{ succeededIndexes: '5', succeededCount: 1 }, { succeededCount: 2 }] };
  run({ completionMode: 'Indexed', completions: 6, parallelism: 1, successPolicy }, { duration: '1m' });
  await cluster.pass(5 * 60_000);
  expect(job().status).toMatchObject({ succeeded: 2, completedIndexes: '0,1' });
  expect(job().status.failed).toBeUndefined();
  expect(conditions()).toEqual(['SuccessCriteriaMet=True SuccessPolicy', 'Complete=True SuccessPolicy']);
  expect(job().status.conditions[1].message).toBe('Matched rules at index 1');
});

test('a Pod that is told to go is replaced once it has ended, where the Job says so', async () => {
  run({ podReplacementPolicy: 'Failed' }, endless);
  await cluster.settle();
  const [{ metadata }] = pods();
  cluster.delete('/pods', metadata.name);
  expect(job().status).toMatchObject({ active: 1 });
  await cluster.settle();
  expect(job().status).toMatchObject({ failed: 1, active: 1, terminating: 0 });
  expect(pods()).toHaveLength(1);
});

test('a Job that another controller manages is left alone', async () => {
  run({ managedBy: 'example.com/queue' });
  await cluster.pass(60_000);
  expect(pods()).toEqual([]);
  expect(job().status).toEqual({});
});
