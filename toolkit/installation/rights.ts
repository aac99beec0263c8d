import type { JsonObject } from '@millrace/json';
import { traits } from './component.ts';
import { allComponents } from './options/index.ts';

export const groups = [
  'source.toolkit.fluxcd.io',
  'kustomize.toolkit.fluxcd.io',
  'helm.toolkit.fluxcd.io',
  'notification.toolkit.fluxcd.io',
  'image.toolkit.fluxcd.io',
  'source.extensions.fluxcd.io',
];

/** The same groups, in the order in which Flux's roles for people name them. */
const groupsOfPeople = [
  'notification.toolkit.fluxcd.io',
  'source.toolkit.fluxcd.io',
  'source.extensions.fluxcd.io',
  'helm.toolkit.fluxcd.io',
  'image.toolkit.fluxcd.io',
  'kustomize.toolkit.fluxcd.io',
];

export const reading = ['get', 'list', 'watch'];

export const rule = (apiGroups: string[], resources: string[], verbs: string[]): JsonObject => ({
  apiGroups,
  resources,
  verbs,
});

export interface RightsOptions {
  namespace: string;
  /** In whose name all controllers work; each in its own where that is left out. */
  account?: string;
}

/** Roles of the cluster and who has them, in Flux's order; their names carry the namespace of the installation. */
export function rights({ namespace, account }: RightsOptions): JsonObject[] {
  const named = (name: string) => `${name}-${namespace}`;
  const subjects = (accounts: readonly string[]) =>
    (account === undefined ? accounts : [account]).map(name => ({ kind: 'ServiceAccount', name, namespace }));
  const aggregated = (...to: string[]) =>
    Object.fromEntries(to.map(role => [`rbac.authorization.k8s.io/aggregate-to-${role}`, 'true']));
  const role = (name: string, labels: Record<string, string>, rules: JsonObject[]): JsonObject => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: named(name), labels },
    rules,
  });
  const binding = (name: string, roleName: string, accounts: readonly string[]): JsonObject => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: named(name) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: roleName },
    subjects: subjects(accounts),
  });
  return [
    role('crd-controller', {}, controllerRules()),
    role('flux-edit', aggregated('admin', 'edit'), [
      rule(groupsOfPeople, ['*'], ['create', 'delete', 'deletecollection', 'patch', 'update']),
    ]),
    role('flux-view', aggregated('admin', 'edit', 'view'), [rule(groupsOfPeople, ['*'], reading)]),
    binding('cluster-reconciler', 'cluster-admin', administrators),
    binding('crd-controller', named('crd-controller'), everybody),
  ];
}

/** As in Flux, all that may ever be installed have their rights, whatever the components are. */
const everybody = [
  'kustomize-controller',
  'helm-controller',
  'source-controller',
  'notification-controller',
  'image-reflector-controller',
  'image-automation-controller',
  'source-watcher',
];

const administrators = allComponents.filter(name => traits[name].clusterAdmin);

function controllerRules(): JsonObject[] {
  const changing = [...reading, 'create', 'update', 'patch', 'delete'];
  return [
    ...groups.map(group => rule([group], ['*'], ['*'])),
    rule([''], ['namespaces', 'secrets', 'configmaps', 'serviceaccounts'], reading),
    rule([''], ['events'], ['create', 'patch']),
    rule([''], ['configmaps'], changing),
    rule([''], ['configmaps/status'], ['get', 'update', 'patch']),
    rule(['coordination.k8s.io'], ['leases'], changing),
    rule([''], ['serviceaccounts/token'], ['create']),
    { nonResourceURLs: ['/livez/ping'], verbs: ['head'] },
  ];
}
