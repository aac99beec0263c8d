import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ApiError } from '../api/status.ts';
import { type LivingCluster, livingCluster } from '../testing/living-cluster.ts';
import { followLog, podLog } from './pod-log.ts';

let cluster: LivingCluster;

beforeEach(async () => {
  cluster = await livingCluster();
});

afterEach(() => cluster.stop());

const target = () => ({
  resource: cluster.api.registry.stored('/pods')!,
  namespace: 'default',
  name: 'a',
  subresource: 'log',
});

async function pod(annotations: Record<string, string> = {}): Promise<void> {
  const metadata = {
    name: 'a',
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [`simulate.millrace.dev/${key}`, value]),
    ),
  };
  const containers = [{ name: 'main', image: 'nginx', ports: [{ containerPort: 80 }] }];
  cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } });
  await cluster.settle();
}

const log = (query = '') =>
  podLog(cluster.api, target(), new URLSearchParams(query)).split('\n').slice(0, -1);
const refused = (query = '') => {
  try {
    return log(query);
  } catch (error) {
    return [(error as ApiError).code, (error as ApiError).message];
  }
};

test('a container tells that it runs, minute by minute', async () => {
  await pod();
  await cluster.pass(150_000);
  const started = 'nginx started (simulated by Millrace: no process runs here)';
  expect(log()).toEqual([started, 'listening on 80/TCP', 'running for 1 min', 'running for 2 min']);
  expect(log('tailLines=1&timestamps=true')).toEqual(['2026-01-01T00:02:00Z running for 2 min']);
  expect(log('sinceSeconds=60')).toEqual(['running for 2 min']);
  expect(log('sinceTime=2026-01-01T00:01:00Z')).toEqual(['running for 1 min', 'running for 2 min']);
  expect(log('limitBytes=5')).toEqual([]);
});

test('one that crashes has a log of the time before', async () => {
  await pod({ failure: 'crash-loop' });
  expect(log('previous=true').at(-1)).toBe('exited with status 1');
  expect(log().at(-1)).toBe('exited with status 1');
});

test.each([
  [{}, 'previous=true', 'previous terminated container "main" in pod "a" not found'],
  [{ delay: '1h' }, '', 'container "main" in pod "a" is waiting to start: ContainerCreating'],
  [
    { failure: 'image-pull' },
    '',
    'container "main" in pod "a" is waiting to start: trying and failing to pull image',
  ],
  [{}, 'container=side', 'container side is not valid for pod a'],
])('%j asked for %j has no log', async (annotations, query, message) => {
  await pod(annotations);
  expect(refused(query)).toEqual([400, message]);
});

test('a log that is followed ends with its Pod', async () => {
  await pod();
  const told: string[] = [];
  const stream = {
    write: (text: string) => told.push(text) > 0,
    onDrain() {},
    onClose() {},
    end: () => void told.push('END'),
    destroy() {},
  };
  followLog(cluster.api, target(), new URLSearchParams('tailLines=1'), () => stream);
  expect(told).toEqual(['listening on 80/TCP\n']);
  await cluster.pass(60_000);
  cluster.change('/pods', 'a', ({ metadata }) => (metadata.labels = { seen: 'yes' }));
  await cluster.settle();
  expect(told.slice(1)).toEqual(['running for 1 min\n']);
  cluster.delete('/pods', 'a');
  await cluster.settle();
  expect(told.at(-1)).toBe('END');
});
