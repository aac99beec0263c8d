import { expect, test } from 'vitest';
import { startCluster } from '../index.ts';
import { connect } from '../testing/client.ts';

// Not among the conformance tests: when kube-apiserver comes to know parameters is up to it.
test('a mutating admission policy takes parameters', async () => {
  const cluster = await startCluster({ inMemory: true, simulate: false });
  const client = connect(cluster.kubeconfig);
  const registration = '/apis/admissionregistration.k8s.io/v1';
  const configMaps = '/api/v1/namespaces/default/configmaps';
  const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] };
  const expression = 'Object{data: {"b": params.data.value}}';
  await client.post(configMaps, { metadata: { name: 'params' }, data: { value: 'given' } });
  await client.post(`${registration}/mutatingadmissionpolicies`, {
    metadata: { name: 'p' },
    spec: {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConstraints: { resourceRules: [rule] },
      reinvocationPolicy: 'Never',
      mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
    },
  });
  await client.post(`${registration}/mutatingadmissionpolicybindings`, {
    metadata: { name: 'p' },
    spec: {
      policyName: 'p',
      paramRef: { name: 'params', namespace: 'default', parameterNotFoundAction: 'Deny' },
    },
  });
  const { body } = await client.post(configMaps, { metadata: { name: 'a' } });
  expect(body.data).toEqual({ b: 'given' });
  client.close();
  await cluster.stop();
});
