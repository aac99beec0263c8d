import { groupOf, type KubeObject, type ObjectRef } from '@millrace/kube';

/** Kinds in the order in which they are applied: what others need comes first (fluxcd/pkg, ssa). */
const first = [
  'CustomResourceDefinition',
  'Namespace',
  'ClusterRole',
  'ClusterClass',
  'RuntimeClass',
  'PriorityClass',
  'StorageClass',
  'VolumeSnapshotClass',
  'IngressClass',
  'GatewayClass',
  'ClusterRoleBinding',
  'ResourceQuota',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ConfigMap',
  'Secret',
  'Service',
  'LimitRange',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
/** Webhooks may stop all that comes after them. */
const last = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

function rank(kind: string): number {
  const early = first.indexOf(kind);
  if (early >= 0) return early;
  const late = last.indexOf(kind);
  return late >= 0 ? first.length + 1 + late : first.length;
}

type Sortable = ObjectRef;

export function compareForApply(a: Sortable, b: Sortable): number {
  return (
    rank(a.kind) - rank(b.kind) ||
    compareText(groupOf(a.apiVersion), groupOf(b.apiVersion)) ||
    compareText(a.kind, b.kind) ||
    compareText(a.namespace ?? '', b.namespace ?? '') ||
    compareText(a.name, b.name)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Objects that are applied together, and whether they have to be ready before the next stage begins. */
export interface Stage {
  objects: KubeObject[];
  isAwaited: boolean;
}

/**
 * The stages of an apply: definitions that other objects need to be accepted, then classes, then kinds that somebody
 * wants to go before others, then the rest (fluxcd/pkg, ssa).
 * @param early `group/Kind` of the third stage
 */
export function stagesOf(objects: KubeObject[], early: ReadonlySet<string> = new Set()): Stage[] {
  const sorted = objects.toSorted((a, b) => compareForApply(sortable(a), sortable(b)));
  const stage = (object: KubeObject) => {
    if (isDefinition(object)) return 0;
    if (object.kind.endsWith('Class')) return 1;
    return early.has(`${groupOf(object.apiVersion)}/${object.kind}`) ? 2 : 3;
  };
  return [0, 1, 2, 3]
    .map(n => ({ objects: sorted.filter(object => stage(object) === n), isAwaited: n < 2 }))
    .filter(({ objects }) => objects.length > 0);
}

function sortable(object: KubeObject): Sortable {
  return { apiVersion: object.apiVersion, kind: object.kind, ...object.metadata };
}

/** What makes names and kinds that other objects refer to. */
function isDefinition(object: KubeObject): boolean {
  const group = groupOf(object.apiVersion);
  return (
    (object.kind === 'CustomResourceDefinition' && group === 'apiextensions.k8s.io') ||
    (object.kind === 'Namespace' && group === '') ||
    (object.kind === 'ClusterRole' && group === 'rbac.authorization.k8s.io')
  );
}
