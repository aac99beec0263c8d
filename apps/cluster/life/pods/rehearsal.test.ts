import { afterEach, expect, test } from 'vitest';
import { BadFailureRule } from '../../errors.ts';
import type { Body } from '../../testing/client.ts';
import { type LivingCluster, livingCluster } from '../../testing/living-cluster.ts';

let cluster: LivingCluster;

afterEach(() => cluster?.stop());

function pod(name: string, labels: Record<string, string> = {}, annotations = {}): void {
  cluster.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels, annotations },
    spec: { containers: [{ name: 'main', image: 'nginx' }] },
  });
}

function rules(text: string, namespace = 'default'): void {
  const metadata = { name: 'millrace-simulation', namespace };
  cluster.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { rules: text } });
}

const stateOf = (name: string) => {
  const { status }: Body = cluster.get('/pods', name);
  const ready = status.conditions?.some(({ type, status }: Body) => type === 'Ready' && status === 'True');
  return status.containerStatuses?.[0].state.waiting?.reason ?? (ready ? 'Ready' : status.phase);
};

test('the options of the cluster choose Pods that fail', async () => {
  cluster = await livingCluster(undefined, {
    failures: [
      { namespace: 'elsewhere', failure: 'image-pull' },
      { name: 'web-*', labels: { track: 'canary' }, failure: 'crash-loop' },
    ],
  });
  pod('web-1', { track: 'canary' });
  pod('web-2', { track: 'stable' });
  pod('job-1', { track: 'canary' });
  await cluster.settle();
  expect(['web-1', 'web-2', 'job-1'].map(stateOf)).toEqual(['CrashLoopBackOff', 'Ready', 'Ready']);
});

test('a ConfigMap chooses them in its namespace, the one of kube-system everywhere, annotations before both', async () => {
  cluster = await livingCluster();
  rules('- { name: a*, failure: never-ready }');
  rules(
    '- { namespace: default, name: "*b", failure: image-pull }\n- { namespace: other, failure: fail }',
    'kube-system',
  );
  pod('a');
  pod('b');
  pod('c');
  pod('ab', {}, { 'simulate.millrace.dev/failure': 'crash-loop' });
  await cluster.settle();
  expect(['a', 'b', 'c', 'ab'].map(stateOf)).toEqual([
    'Running',
    'ImagePullBackOff',
    'Ready',
    'CrashLoopBackOff',
  ]);
});

test('a rule that nobody can follow is told of and stops no Pod', async () => {
  cluster = await livingCluster();
  rules('- { failure: explode }');
  pod('a');
  await cluster.settle();
  expect(stateOf('a')).toBe('Ready');
  expect(cluster.events('millrace-simulation')).toEqual([
    'BadFailureRule: rules[0].failure must be one of image-pull, crash-loop, fail, never-ready, slow-ready',
  ]);
});

test('bad rules in the options are refused at the start', async () => {
  await expect(livingCluster(undefined, { failures: [{ delay: 'soon' }] })).rejects.toThrow(
    new BadFailureRule('failures[0].delay: time: invalid duration "soon"'),
  );
});

test('a Pod that is slow to get ready runs and is ready in the end', async () => {
  cluster = await livingCluster();
  pod('a', {}, { 'simulate.millrace.dev/failure': 'slow-ready', 'simulate.millrace.dev/delay': '45s' });
  await cluster.pass(44_000);
  expect(stateOf('a')).toBe('Running');
  await cluster.pass(2000);
  expect(stateOf('a')).toBe('Ready');
});

test('the containers of a delayed Pod are being created', async () => {
  cluster = await livingCluster();
  pod('a', {}, { 'simulate.millrace.dev/delay': '5s' });
  await cluster.settle();
  expect(stateOf('a')).toBe('ContainerCreating');
  await cluster.pass(5000);
  expect(stateOf('a')).toBe('Ready');
});

test('Pods recover when what made them fail is taken away', async () => {
  cluster = await livingCluster();
  rules(
    '- { name: a, failure: never-ready }\n- { name: b, failure: crash-loop }\n- { name: c, failure: image-pull }',
  );
  for (const name of ['a', 'b', 'c']) pod(name);
  pod('d', {}, { 'simulate.millrace.dev/failure': 'crash-loop' });
  await cluster.settle();
  expect(['a', 'b', 'c', 'd'].map(stateOf)).toEqual([
    'Running',
    'CrashLoopBackOff',
    'ImagePullBackOff',
    'CrashLoopBackOff',
  ]);
  cluster.delete('/configmaps', 'millrace-simulation');
  await cluster.settle();
  expect(['a', 'b', 'c', 'd'].map(stateOf)).toEqual(['Ready', 'Ready', 'Ready', 'CrashLoopBackOff']);
  expect(cluster.get('/pods', 'b').status.containerStatuses[0]).toMatchObject({ restartCount: 6 });
  cluster.change('/pods', 'd', ({ metadata }) => {
    metadata.annotations = {};
  });
  await cluster.settle();
  expect(stateOf('d')).toBe('Ready');
});

test('a rule says with which code the containers of a Job fail', async () => {
  cluster = await livingCluster(undefined, { failures: [{ failure: 'fail', exitCode: 3 }] });
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] } };
  cluster.create({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work' },
    spec: { backoffLimit: 0, template },
  });
  await cluster.pass(1000);
  const [{ status }] = cluster.list('/pods');
  expect(status.containerStatuses[0].state.terminated.exitCode).toBe(3);
  await expect(livingCluster(undefined, { failures: [{ exitCode: 0 }] })).rejects.toThrow(
    new BadFailureRule('failures[0].exitCode must be a whole number from 1 to 255'),
  );
});

test('what is no name of an image is not pulled', async () => {
  cluster = await livingCluster();
  cluster.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a' },
    spec: { containers: [{ name: 'main', image: 'team/Web' }] },
  });
  await cluster.settle();
  expect(stateOf('a')).toBe('InvalidImageName');
  expect(cluster.events('a')).toContain('Failed: Error: InvalidImageName');
  cluster.change('/pods', 'a', ({ spec }) => (spec.containers[0].image = 'team/web'));
  await cluster.settle();
  expect(stateOf('a')).toBe('Ready');
});
