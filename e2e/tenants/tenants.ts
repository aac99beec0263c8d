import type { JsonObject } from '@millrace/json';
import type { KubeObject } from '@millrace/kube';
import { configMap, readyOf, type System, startSystem } from '../system.ts';
import type { Attempt, Places } from './attempts.ts';

/** A tenant beside another one, under the flags that keep them apart. */
export interface Tenants extends Places {
  system: System;
  apply(object: KubeObject): Promise<unknown>;
  /** Write it as the tenant, under a name. */
  attempt(attempt: Attempt, name: string): Promise<unknown>;
  /** What the tenant is told of it, once it is as it is expected. */
  answered(attempt: Attempt, name: string, patience?: number): Promise<KubeObject>;
}

/** As in Flux's guide for tenants. */
const lockdown = [
  '--no-cross-namespace-refs=true',
  '--no-remote-bases=true',
  '--default-service-account=default',
];

const meta = (namespace: string, name: string) => ({ metadata: { name, namespace } });

export async function startTenants(more: string[] = []): Promise<Tenants> {
  const system = await startSystem([...lockdown, '--watch-all-namespaces=true', ...more]);
  const { client, namespace: tenant } = system;
  const victim = `${tenant}-victim`;
  const apply = (object: KubeObject) => client.apply(object, { as: 'own', fieldManager: 'e2e', force: true });
  for (const object of objectsOf(tenant, victim)) await apply(object);
  const { url, clone } = await system.repository('fleet');
  await clone.push('Start', files(tenant, victim));
  const spec = { interval: '1h', url, ref: { branch: 'main' } };
  for (const namespace of [tenant, victim])
    await apply({
      ...{ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' },
      ...meta(namespace, 'fleet'),
      spec,
    });
  const ref = ({ apiVersion, kind }: Attempt, name: string) => ({
    apiVersion,
    kind,
    namespace: tenant,
    name,
  });
  return {
    system,
    tenant,
    victim,
    apply,
    attempt: ({ apiVersion, kind, spec }, name) =>
      apply({
        apiVersion,
        kind,
        ...meta(tenant, name),
        spec: withoutGaps(spec({ tenant, victim })),
      } as KubeObject),
    answered(attempt, name, patience) {
      const failed = (object: KubeObject | undefined) => {
        const ready = readyOf(object);
        return ready?.status === 'False' && ready.reason === attempt.reason;
      };
      return system.until(ref(attempt, name), attempt.reason, failed, patience);
    },
  };
}

const withoutGaps = (value: JsonObject): unknown => JSON.parse(JSON.stringify(value));

/** The tenant may do everything in its namespace, as `create tenant` has it; the other one has what is worth stealing. */
function objectsOf(tenant: string, victim: string): KubeObject[] {
  const account = (namespace: string, name: string) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    ...meta(namespace, name),
  });
  const apiGroup = 'rbac.authorization.k8s.io';
  const reconciler = (namespace: string, name: string) => ({
    apiVersion: `${apiGroup}/v1`,
    kind: 'RoleBinding',
    ...meta(namespace, 'gotk-reconciler'),
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  const treasure = (kind: string) => ({ apiVersion: 'v1', kind, ...meta(victim, 'treasure') });
  return [
    ...[tenant, victim].map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...[account(tenant, 'team'), account(tenant, 'default'), account(victim, 'admin')],
    ...[reconciler(tenant, 'team'), reconciler(victim, 'admin')],
    { ...treasure('Secret'), stringData: { token: 'gold', 'values.yaml': 'a: gold' } },
    { ...treasure('ConfigMap'), data: { a: 'gold' } },
  ] as KubeObject[];
}

const kustomization = `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: planted, namespace: flux-system}
spec: {interval: 1h, prune: true, path: ./app, sourceRef: {kind: GitRepository, name: fleet}}
`;
const clusterRoleBinding = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: planted}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: User, name: team}]
`;

/** What the tenant has in its repository. */
function files(tenant: string, victim: string): Record<string, string> {
  return {
    'app/config.yaml': configMap('app', 'the tenant’s own', tenant),
    'elsewhere/config.yaml': configMap('planted', 'by the tenant', victim),
    'cluster-role-binding/binding.yaml': clusterRoleBinding,
    'namespace/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: planted}\n',
    'kustomization-elsewhere/kustomization-object.yaml': kustomization,
    'remote-base/kustomization.yaml': 'resources: ["https://example.com/base.yaml"]\n',
    'chart/Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 0.1.0\n',
    'chart/templates/config.yaml': `${configMap('chart', 'x')}  spied: {{ with .Values.spy }}{{ (lookup "v1" "Secret" . "treasure").data | toJson | quote }}{{ else }}""{{ end }}\n`,
  };
}
