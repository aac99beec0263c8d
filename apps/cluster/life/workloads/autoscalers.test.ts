import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Body } from '../../testing/client.ts';
import { type LivingCluster, livingCluster } from '../../testing/living-cluster.ts';

let cluster: LivingCluster;
const labels = { app: 'web' };

beforeEach(async () => {
  cluster = await livingCluster();
});

afterEach(() => cluster.stop());

function deploy(replicas: number): void {
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'nginx' }] } };
  const spec = { replicas, selector: { matchLabels: labels }, template };
  cluster.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec });
}

function scaleBetween(minReplicas: number, maxReplicas: number, name = 'web'): void {
  const target = { type: 'Utilization', averageUtilization: 80 };
  cluster.create({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas,
      maxReplicas,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    },
  });
}

const scaler = (): Body => cluster.get('autoscaling/horizontalpodautoscalers', 'web');
const reasons = () => scaler().status.conditions.map(({ type, reason }: Body) => `${type}: ${reason}`);

test('an autoscaler keeps its target within bounds and reports', async () => {
  scaleBetween(2, 5);
  await cluster.settle();
  expect(reasons()).toEqual(['AbleToScale: FailedGetScale']);
  expect(cluster.events('web')).toEqual(['FailedGetScale: deployments.apps "web" not found']);
  deploy(1);
  await cluster.settle();
  expect(cluster.get('apps/deployments', 'web').spec.replicas).toBe(2);
  expect(cluster.events('web')).toContain(
    'SuccessfulRescale: New size: 2; reason: Current number of replicas below Spec.MinReplicas',
  );
  expect(scaler().status).toMatchObject({
    currentReplicas: 2,
    desiredReplicas: 2,
    currentMetrics: [{ resource: { name: 'cpu', current: { averageUtilization: 80 } } }],
  });
  expect(reasons()).toEqual([
    'AbleToScale: ReadyForNewScale',
    'ScalingActive: ValidMetricFound',
    'ScalingLimited: DesiredWithinRange',
  ]);
});

test('a target without replicas switches its autoscaler off', async () => {
  scaleBetween(2, 5);
  deploy(0);
  await cluster.settle();
  expect(cluster.get('apps/deployments', 'web').spec.replicas).toBe(0);
  expect(reasons()).toEqual(['AbleToScale: SucceededGetScale', 'ScalingActive: ScalingDisabled']);
});

test('a disruption budget counts the Pods that it selects', async () => {
  const spec = { minAvailable: '50%', selector: { matchLabels: labels } };
  cluster.create({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web' }, spec });
  deploy(3);
  await cluster.settle();
  expect(cluster.get('policy/poddisruptionbudgets', 'web').status).toMatchObject({
    currentHealthy: 3,
    desiredHealthy: 2,
    disruptionsAllowed: 1,
    expectedPods: 3,
  });
});

test('two autoscalers of one target stand in the way of each other', async () => {
  deploy(1);
  scaleBetween(2, 5);
  scaleBetween(2, 5, 'also');
  await cluster.settle();
  expect(reasons()).toContain('ScalingActive: AmbiguousSelector');
  expect(cluster.events('web')).toContain(
    'AmbiguousSelector: pods by selector app=web are controlled by multiple HPAs: [default/web default/also]',
  );
  cluster.delete('autoscaling/horizontalpodautoscalers', 'also');
  await cluster.settle();
  expect(reasons()).toContain('ScalingActive: ValidMetricFound');
});
