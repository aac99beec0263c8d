import type { JsonObject } from '@millrace/json';
import { expect, test } from 'vitest';
import { serverSideApply } from './index.ts';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
const config: JsonObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: '1' } };
const request = {
  config,
  manager: 'kubectl',
  force: false,
  schema: undefined,
  apiVersion: 'v1',
};

// As kube-apiserver 1.36 does after `kubectl apply` and then `kubectl apply --server-side` of the same manifest.
test('an apply that only renews the annotation of kubectl leaves the time of its entry', () => {
  const applied = serverSideApply({ ...request, live: undefined, time: '2026-01-01T00:00:00Z' });
  const metadata = { ...(applied.metadata as JsonObject), annotations: { [annotation]: '{"old":true}' } };
  const again = serverSideApply({ ...request, live: { ...applied, metadata }, time: '2026-01-02T00:00:00Z' });
  expect(again.metadata).toMatchObject({
    annotations: { [annotation]: expect.stringContaining('"data":{"a":"1"}') },
    managedFields: [{ manager: 'kubectl', operation: 'Apply', time: '2026-01-01T00:00:00Z' }],
  });
});
