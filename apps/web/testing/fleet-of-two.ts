import { customResourceDefinition, gitRepository, kustomization } from '@millrace/api';
import { type Cluster, startCluster } from '@millrace/cluster';
import type { JsonObject } from '@millrace/json';
import { type KubeClient, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';

/** A cluster with two teams: of each the members may do everything in the namespace of its name, and nothing elsewhere. */
export interface FleetOfTwo {
  cluster: Cluster;
  client: KubeClient;
  put(object: KubeObject & Record<string, unknown>): Promise<void>;
  stop(): Promise<void>;
}

const rbac = 'rbac.authorization.k8s.io';

const ref = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', name: 'app' };

export async function startFleetOfTwo(): Promise<FleetOfTwo> {
  const cluster = await startCluster({ inMemory: true, simulate: false });
  const client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  const put: FleetOfTwo['put'] = async object => {
    await client.apply(object, { as: 'own', fieldManager: 'test' });
  };
  await client.apply(customResourceDefinition(kustomization), { as: 'own', fieldManager: 'test' });
  await client.apply(customResourceDefinition(gitRepository), { as: 'own', fieldManager: 'test' });
  for (const team of ['red', 'blue']) {
    await put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: team } });
    await put({
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'team', namespace: team },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'admin' },
      subjects: [{ apiGroup: rbac, kind: 'Group', name: `team-${team}` }],
    });
    await put({
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'flux', namespace: team },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'flux' },
      subjects: [{ apiGroup: rbac, kind: 'Group', name: `team-${team}` }],
    });
    await put(kustomizationIn(team, 'app'));
    await put({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'login', namespace: team },
      stringData: { password: `of-${team}` },
    });
    await put({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'app.1', namespace: team },
      involvedObject: { ...ref, namespace: team },
      lastTimestamp: new Date().toISOString().replace(/\.\d+/, ''),
      type: 'Normal',
      reason: 'Told',
      message: `what happened to ${team}`,
    });
  }
  await put({
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'flux' },
    rules: ['kustomize.toolkit.fluxcd.io', 'source.toolkit.fluxcd.io'].map(group => ({
      apiGroups: [group],
      resources: ['*'],
      verbs: ['*'],
    })),
  });
  return {
    cluster,
    client,
    put,
    async stop() {
      await client.close();
      await cluster.stop();
    },
  };
}

export const kustomizationIn = (namespace: string, name: string, more: JsonObject = {}) => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace },
  spec: {
    interval: '1h',
    prune: true,
    sourceRef: { kind: 'GitRepository', name: `repository-of-${namespace}` },
    ...more,
  },
});
