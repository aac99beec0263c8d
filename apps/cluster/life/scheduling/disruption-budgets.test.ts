import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LivingCluster, livingCluster } from '../../testing/living-cluster.ts';

let cluster: LivingCluster;

beforeEach(async () => {
  cluster = await livingCluster();
});

afterEach(() => cluster.stop());

const status = () => cluster.get('policy/poddisruptionbudgets', 'web').status;

test('a Pod that is noted as disrupted does not count until it should have gone', async () => {
  cluster.create({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
  });
  for (const name of ['a', 'b'])
    cluster.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'nginx' }] },
    });
  await cluster.settle();
  expect(status()).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 1 });
  const time = cluster.now().toISOString();
  const disruptedPods = { a: time, gone: time };
  cluster.change(
    'policy/poddisruptionbudgets',
    'web',
    budget => Object.assign(budget.status, { disruptedPods }),
    'status',
  );
  await cluster.settle();
  expect(status()).toMatchObject({ currentHealthy: 1, disruptionsAllowed: 0 });
  expect(Object.keys(status().disruptedPods)).toEqual(['a']);
  await cluster.pass(121_000);
  expect(status()).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 1 });
  expect(status().disruptedPods).toBeUndefined();
});

test('a Pod keeps its generation when it gets a node', async () => {
  cluster.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a' },
    spec: { containers: [{ name: 'main', image: 'nginx' }] },
  });
  await cluster.settle();
  const { metadata, spec } = cluster.get('/pods', 'a');
  expect([spec.nodeName, metadata.generation]).toEqual(['millrace', 1]);
});
