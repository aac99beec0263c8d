import type { JsonObject } from '@millrace/json';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LivingCluster, livingCluster } from '../testing/living-cluster.ts';

let cluster: LivingCluster;

beforeEach(async () => {
  cluster = await livingCluster(undefined, { pods: { perWorkload: 7, inAll: 10 } });
});

afterEach(() => cluster.stop());

const template = (restartPolicy = 'Always') => ({
  metadata: { labels: { app: 'a' } },
  spec: { restartPolicy, containers: [{ name: 'a', image: 'a' }] },
});
const selector = { matchLabels: { app: 'a' } };
const billions = 2_000_000_000;

describe('a workload gets as many Pods as are simulated, and is told of the rest as of a quota', () => {
  test.each<[string, JsonObject, string]>([
    [
      'Deployment',
      { apiVersion: 'apps/v1', spec: { replicas: billions, selector, template: template() } },
      'Error creating: pods "big-',
    ],
    [
      'StatefulSet',
      {
        apiVersion: 'apps/v1',
        spec: { replicas: 100_000, serviceName: 'a', selector, template: template() },
      },
      'create Pod big-7 in StatefulSet big failed error: pods "big-7"',
    ],
    [
      'Job',
      {
        apiVersion: 'batch/v1',
        spec: { completions: billions, parallelism: billions, template: template('Never') },
      },
      'Error creating: pods "big-',
    ],
    [
      'Job',
      {
        apiVersion: 'batch/v1',
        spec: {
          completionMode: 'Indexed',
          completions: billions,
          parallelism: 100_000,
          template: template('Never'),
        },
      },
      'Error creating: pods "big-',
    ],
  ])('a %s', async (kind, object, refusal) => {
    cluster.create({ ...object, kind, metadata: { name: 'big' } });
    await cluster.pass(5000);
    expect(cluster.list('/pods')).toHaveLength(7);
    const told = cluster.list('/events').map(({ reason, message }) => `${reason}: ${message}`.toLowerCase());
    const expected = expect.stringMatching(
      new RegExp(`^failedcreate: ${refusal.toLowerCase()}.*simulates at most 7 pods of one workload`),
    );
    expect(told).toContainEqual(expected);
  });

  test('and all together no more than there is room for', async () => {
    for (const name of ['one', 'two'])
      cluster.create({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name },
        spec: { replicas: 7, selector, template: template() },
      });
    await cluster.pass(5000);
    expect(cluster.list('/pods')).toHaveLength(10);
  });
});

test('two billion indexes that are done, or that a policy names, are a few characters', async () => {
  cluster.create({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'big' },
    spec: {
      completionMode: 'Indexed',
      completions: billions,
      parallelism: 1,
      successPolicy: { rules: [{ succeededIndexes: `0-${billions - 1}` }] },
      template: template('Never'),
    },
  });
  cluster.change(
    'batch/jobs',
    'big',
    job => {
      job.status = { ...job.status, completedIndexes: `0-${billions - 3}` };
    },
    'status',
  );
  await cluster.pass(5000);
  expect(cluster.get('batch/jobs', 'big').status).toMatchObject({
    succeeded: billions,
    completedIndexes: `0-${billions - 1}`,
  });
});
