import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ApiError } from '../api/status.ts';
import { type LivingCluster, livingCluster } from '../testing/living-cluster.ts';
import { noProcess } from './answers.ts';

let cluster: LivingCluster;

beforeEach(async () => {
  cluster = await livingCluster();
  const containers = ['main', 'side'].map(name => ({ name, image: 'nginx' }));
  cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers } });
  await cluster.settle();
});

afterEach(() => cluster.stop());

/** The code and the words of the answer, thrown or not. */
function answer(subresource: string, name: string, query: string): [number, string] {
  const target = { resource: cluster.api.registry.stored('/pods')!, namespace: 'default', name, subresource };
  try {
    const { code, message } = noProcess(cluster.api, target, new URLSearchParams(query));
    return [code, message];
  } catch (error) {
    const { code, message } = error as ApiError;
    return [code, message];
  }
}

test.each([
  ['exec', 'b', '', 404, 'pods "b" not found'],
  ['exec', 'a', 'container=c', 400, 'container c is not valid for pod a'],
  ['attach', 'a', '', 400, 'a container name must be specified for pod a, choose one of: [main side]'],
  ['exec', 'a', 'container=side', 501, 'exec: Pods have no processes in this cluster'],
  ['portforward', 'a', '', 501, 'portforward: Pods have no processes in this cluster'],
])('%s of %s?container=%s is %i', (subresource, name, query, code, message) => {
  expect(answer(subresource, name, query)).toEqual([code, message]);
});
