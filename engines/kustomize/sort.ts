import { apiVersionOf, type Gvk, printGvk } from './gvk.ts';
import type { SortOptions } from './kustomization.ts';
import type { ResourceId } from './resource.ts';
import type { ResourceList } from './resource-list.ts';

/** kustomize's order when nothing else is asked for: what others need comes first, webhooks last. */
const orderFirst = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
const orderLast = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

export const legacyOrder: SortOptions = { order: 'legacy', first: orderFirst, last: orderLast };

/** Sorts by kind as the options say, then by group, version, kind, namespace and name. */
export function sortResources(list: ResourceList, options: SortOptions): void {
  const given = options.first.length > 0 || options.last.length > 0 ? options : legacyOrder;
  const ranks = new Map<string, number>();
  given.first.forEach((kind, i) => {
    ranks.set(kind, i - given.first.length);
  });
  given.last.forEach((kind, i) => {
    ranks.set(kind, i + 1);
  });
  const keyed = list.resources.map(resource => {
    const { id } = resource;
    return { resource, rank: ranks.get(id.kind) ?? 0, type: typeKey(id), name: nameKey(id), id };
  });
  keyed.sort((a, b) => {
    if (apiVersionOf(a.id) !== apiVersionOf(b.id) || a.id.kind !== b.id.kind) {
      if (a.rank !== b.rank) return a.rank - b.rank;
      const namespaces =
        a.id.kind === 'Namespace' && b.id.kind === 'Namespace' && (a.id.group === '' || b.id.group === '');
      return (namespaces ? -1 : 1) * compare(a.type, b.type);
    }
    return compare(a.name, b.name);
  });
  list.set(keyed.map(({ resource }) => resource));
}

function typeKey(gvk: Gvk): string {
  return `${gvk.group || '~G'}_${gvk.version || '~V'}_${gvk.kind || '~K'}`;
}

function nameKey(id: ResourceId): string {
  return `${printGvk(id)}|${id.namespace || '~X'}|${id.name || '~N'}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
