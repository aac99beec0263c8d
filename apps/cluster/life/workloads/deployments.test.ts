import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Body } from '../../testing/client.ts';
import { type LivingCluster, livingCluster } from '../../testing/living-cluster.ts';

let cluster: LivingCluster;

beforeEach(async () => {
  cluster = await livingCluster();
});

afterEach(() => cluster.stop());

function deploy(spec: object, annotations = {}): void {
  cluster.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' }, annotations },
        spec: { containers: [{ name: 'main', image: 'nginx:1' }] },
      },
      ...spec,
    },
  });
}

const web = (): Body => cluster.get('apps/deployments', 'web');
const change = (act: (spec: Body) => void) =>
  cluster.change('apps/deployments', 'web', ({ spec }) => act(spec));
/** A release that never gets ready. */
const break_ = (spec: Body, image = 'nginx:2') => {
  spec.template.spec.containers[0].image = image;
  spec.template.metadata.annotations = { 'simulate.millrace.dev/failure': 'never-ready' };
};
const sizes = () =>
  Object.fromEntries(
    cluster
      .list('apps/replicasets')
      .map(({ spec }) => [spec.template.spec.containers[0].image, spec.replicas]),
  );
const condition = (type: string) => web().status.conditions.find((each: Body) => each.type === type);

test.each([
  [10, '25%', '25%', { 'nginx:1': 8, 'nginx:2': 5 }],
  [4, 1, 0, { 'nginx:1': 4, 'nginx:2': 1 }],
  [4, 0, 1, { 'nginx:1': 3, 'nginx:2': 1 }],
  [4, 0, '10%', { 'nginx:1': 3, 'nginx:2': 1 }],
  [3, '100%', 0, { 'nginx:1': 3, 'nginx:2': 3 }],
])(
  '%i replicas with surge %s and unavailable %s stop at a release that never gets ready',
  async (replicas, maxSurge, maxUnavailable, expected) => {
    deploy({ replicas, strategy: { rollingUpdate: { maxSurge, maxUnavailable } } });
    await cluster.settle();
    change(break_);
    await cluster.settle();
    expect(sizes()).toEqual(expected);
  },
);

test('a release that never gets ready passes its deadline, and a good one recovers', async () => {
  deploy({ replicas: 2, progressDeadlineSeconds: 60 });
  await cluster.settle();
  expect(condition('Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  change(break_);
  await cluster.pass(59_000);
  expect(condition('Progressing')).toMatchObject({ status: 'True', reason: 'ReplicaSetUpdated' });
  await cluster.pass(2000);
  expect(condition('Progressing')).toMatchObject({
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
    message: expect.stringMatching(/^ReplicaSet "web-[a-z0-9]+" has timed out progressing\.$/),
  });
  expect(condition('Available').status).toBe('True');
  change(spec => {
    spec.template.spec.containers[0].image = 'nginx:3';
    spec.template.metadata.annotations = {};
  });
  await cluster.settle();
  expect(condition('Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  expect(sizes()).toEqual({ 'nginx:1': 0, 'nginx:2': 0, 'nginx:3': 2 });
});

test('a Pod is available only after minReadySeconds, which slows the rollout down', async () => {
  deploy({
    replicas: 2,
    minReadySeconds: 30,
    strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
  });
  await cluster.pass(10_000);
  expect(web().status).toMatchObject({ readyReplicas: 2, unavailableReplicas: 2 });
  await cluster.pass(21_000);
  expect(web().status).toMatchObject({ availableReplicas: 2 });
  change(spec => (spec.template.spec.containers[0].image = 'nginx:2'));
  await cluster.pass(31_000);
  expect(sizes()).toEqual({ 'nginx:1': 1, 'nginx:2': 2 });
  await cluster.pass(31_000);
  expect(sizes()).toEqual({ 'nginx:1': 0, 'nginx:2': 2 });
});

test('a paused Deployment makes no new ReplicaSet, but scales; resumed it goes on', async () => {
  deploy({ replicas: 2 });
  await cluster.settle();
  change(spec => {
    spec.paused = true;
    spec.replicas = 3;
    spec.template.spec.containers[0].image = 'nginx:2';
  });
  await cluster.settle();
  expect(sizes()).toEqual({ 'nginx:1': 3 });
  expect(condition('Progressing')).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused' });
  change(spec => (spec.paused = false));
  await cluster.settle();
  expect(sizes()).toEqual({ 'nginx:1': 0, 'nginx:2': 3 });
});

test('a Deployment that is scaled in the middle of a rollout grows in proportion', async () => {
  deploy({ replicas: 10, strategy: { rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } });
  await cluster.settle();
  change(break_);
  await cluster.settle();
  expect(sizes()).toEqual({ 'nginx:1': 8, 'nginx:2': 5 });
  change(spec => (spec.replicas = 15));
  await cluster.settle();
  expect(sizes()).toEqual({ 'nginx:1': 11, 'nginx:2': 7 });
});

test('Recreate ends all old Pods before the first new one', async () => {
  deploy({ replicas: 2, strategy: { type: 'Recreate' } });
  await cluster.settle();
  change(break_);
  await cluster.settle();
  expect(sizes()).toEqual({ 'nginx:1': 0, 'nginx:2': 2 });
  expect(condition('Available')).toMatchObject({ status: 'False', reason: 'MinimumReplicasUnavailable' });
  const told = cluster.events('web').filter(event => event.startsWith('Scaling'));
  expect(told.map(event => event.replace(/web-\w+/, 'X')).sort()).toEqual([
    'ScalingReplicaSet: Scaled down replica set X from 2 to 0',
    'ScalingReplicaSet: Scaled up replica set X from 0 to 2',
    'ScalingReplicaSet: Scaled up replica set X from 0 to 2',
  ]);
});

test('an old template that comes back gets a new revision and remembers its old one', async () => {
  deploy({ replicas: 1 });
  await cluster.settle();
  change(spec => (spec.template.spec.containers[0].image = 'nginx:2'));
  await cluster.settle();
  change(spec => (spec.template.spec.containers[0].image = 'nginx:1'));
  await cluster.settle();
  expect(web().metadata.annotations['deployment.kubernetes.io/revision']).toBe('3');
  const [set] = cluster.list('apps/replicasets').filter(({ spec }) => spec.replicas === 1);
  expect(set.metadata.annotations).toEqual({
    'deployment.kubernetes.io/revision': '3',
    'deployment.kubernetes.io/revision-history': '1',
    'deployment.kubernetes.io/desired-replicas': '1',
    'deployment.kubernetes.io/max-replicas': '2',
  });
});

test('revisions are integers of 64 bits', async () => {
  deploy({ replicas: 1 });
  await cluster.settle();
  const [first] = cluster.list('apps/replicasets');
  cluster.change('apps/replicasets', first.metadata.name, ({ metadata }) => {
    metadata.annotations['deployment.kubernetes.io/revision'] = '3546343826724305832';
  });
  change(spec => (spec.template.spec.containers[0].image = 'nginx:2'));
  await cluster.settle();
  expect(web().metadata.annotations['deployment.kubernetes.io/revision']).toBe('3546343826724305833');
});

test('of old revisions only as many are kept as the limit says', async () => {
  deploy({ replicas: 1, revisionHistoryLimit: 1 });
  await cluster.settle();
  for (const image of ['nginx:2', 'nginx:3', 'nginx:4']) {
    change(spec => (spec.template.spec.containers[0].image = image));
    await cluster.settle();
  }
  expect(sizes()).toEqual({ 'nginx:3': 0, 'nginx:4': 1 });
});

test('a lost Pod is replaced without the rollout seeming to begin again', async () => {
  deploy({ replicas: 2, progressDeadlineSeconds: 60 });
  await cluster.settle();
  cluster.delete('/pods', cluster.list('/pods')[0].metadata.name);
  await cluster.pass(120_000);
  expect(web().status).toMatchObject({ readyReplicas: 2, availableReplicas: 2 });
  expect(condition('Progressing').reason).toBe('NewReplicaSetAvailable');
});
