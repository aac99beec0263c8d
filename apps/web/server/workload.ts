import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, at, groupOf, isForbidden, type KubeObject, type ObjectRef } from '@millrace/kube';
import { imageUse } from '../model/image-use.ts';
import type { Workload } from '../model/look.ts';
import type { ObjectName } from '../model/object-name.ts';
import type { Pod } from '../model/pod.ts';
import { podOf } from '../model/pod-of.ts';
import { objectsAt } from '../model/pod-status.ts';
import type { Viewer } from './viewer.ts';

/** Pods of one workload; who has more has them counted, and not all drawn. */
const most = { pods: 500, between: 1000 };

/** What stands between a workload and its Pods, by `group/Kind`; those that own Pods themselves have nothing there. */
const between: Record<string, { apiVersion: string; kind: string } | undefined> = {
  'apps/Deployment': { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  'batch/CronJob': { apiVersion: 'batch/v1', kind: 'Job' },
  'apps/ReplicaSet': undefined,
  'apps/StatefulSet': undefined,
  'apps/DaemonSet': undefined,
  'batch/Job': undefined,
  '/ReplicationController': undefined,
  '/Pod': undefined,
};

const keyOfKind = ({ apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>) =>
  `${groupOf(apiVersion)}/${kind}`;

export const isWorkload = (one: Pick<ObjectRef, 'apiVersion' | 'kind'>) => keyOfKind(one) in between;

/** Where the Pods of a workload are to be found; undefined where there can be none. */
export interface PodSelection {
  apiVersion: 'v1';
  kind: 'Pod';
  namespace: string;
  labelSelector?: string;
  fieldSelector?: string;
}

/** Which Pods a workload selects. They are only its own where they say so (ownerReferences). */
export function podSelection(workload: KubeObject): PodSelection {
  const { name, namespace = '' } = workload.metadata;
  const base = { apiVersion: 'v1', kind: 'Pod', namespace } as const;
  if (keyOfKind(workload) === '/Pod') return { ...base, fieldSelector: `metadata.name=${name}` };
  const labelSelector = selectorOf(workload);
  return { ...base, ...(labelSelector ? { labelSelector } : {}) };
}

/** `spec.selector` as a query. A CronJob has none: its Pods are found by the label that Jobs give to theirs. */
function selectorOf(workload: KubeObject): string {
  if (keyOfKind(workload) === 'batch/CronJob') return 'job-name';
  const selector = at(asJson(workload), 'spec', 'selector');
  if (!isObject(selector)) return '';
  if (keyOfKind(workload) === '/ReplicationController') return labelsIn(selector).join(',');
  const expressions = Array.isArray(selector.matchExpressions)
    ? selector.matchExpressions.filter(isObject)
    : [];
  return [...labelsIn(selector.matchLabels), ...expressions.map(requirement)].join(',');
}

const labelsIn = (labels: Json | undefined): string[] =>
  isObject(labels) ? Object.entries(labels).map(([key, value]) => `${key}=${value}`) : [];

function requirement({ key, operator, values }: JsonObject): string {
  const list = Array.isArray(values) ? values.join(',') : '';
  if (operator === 'Exists') return `${key}`;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'NotIn' ? 'notin' : 'in'} (${list})`;
}

/** The Pods of a workload as the viewer may see them, the newest first. Throws ApiError. */
export async function podsOf(viewer: Viewer, workload: KubeObject, signal: AbortSignal): Promise<Pod[]> {
  const { client, as } = viewer;
  if (keyOfKind(workload) === '/Pod') return [podOf(workload)];
  const { apiVersion, kind, ...selection } = podSelection(workload);
  const options = { ...selection, limit: most.pods, signal, as };
  const [{ items }, owners] = await Promise.all([
    client.list(apiVersion, kind, options),
    ownersOfPods(viewer, workload, signal),
  ]);
  return items
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => owners.has(uid)))
    .map(podOf)
    .sort((a, b) => (a.created < b.created ? 1 : a.created > b.created ? -1 : a.name < b.name ? -1 : 1));
}

/** The uids that Pods of a workload name as their owner's. */
async function ownersOfPods(
  { client, as }: Viewer,
  workload: KubeObject,
  signal: AbortSignal,
): Promise<Set<string>> {
  const { uid = '', namespace } = workload.metadata;
  const kind = between[keyOfKind(workload)];
  if (!kind) return new Set([uid]);
  const labelSelector = keyOfKind(workload) === 'batch/CronJob' ? undefined : selectorOf(workload);
  const options = { namespace, labelSelector, metadataOnly: true, limit: most.between, signal, as };
  const { items } = await client.list(kind.apiVersion, kind.kind, options);
  return new Set(
    items
      .filter(({ metadata }) => metadata.ownerReferences?.some(owner => owner.uid === uid))
      .flatMap(({ metadata }) => metadata.uid ?? []),
  );
}

/** The Pods of a workload and their images; for whom may not see them, why. */
export async function workloadOf(
  viewer: Viewer,
  object: KubeObject,
  signal: AbortSignal,
): Promise<{ workload?: Workload }> {
  if (!isWorkload(object)) return {};
  try {
    const pods = await podsOf(viewer, object, signal);
    return { workload: { pods, images: imageUse(imagesWanted(object), pods), unseen: '' } };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return { workload: { pods: [], images: [], unseen: (error as Error).message } };
  }
}

/** The images of the template from which a workload makes its Pods. */
export function imagesWanted(workload: KubeObject): { name: string; image: string }[] {
  const spec = podSpecs.get(keyOfKind(workload)) ?? ['spec', 'template', 'spec'];
  return ['initContainers', 'containers'].flatMap(list =>
    objectsAt(asJson(workload), ...spec, list).flatMap(({ name, image }) =>
      typeof name === 'string' && typeof image === 'string' ? [{ name, image }] : [],
    ),
  );
}

/** Where Pods are described, for those that do not do it in spec.template. */
const podSpecs = new Map([
  ['/Pod', ['spec']],
  ['batch/CronJob', ['spec', 'jobTemplate', 'spec', 'template', 'spec']],
]);

/** Whether objects of a kind, as the page names it, have Pods of their own. */
export function runsPods({ kind }: ObjectName): boolean {
  const dot = kind.indexOf('.');
  return kind !== 'Pod.' && `${kind.slice(dot + 1)}/${kind.slice(0, dot)}` in between;
}

/** Of what stands between workloads of some kinds and their Pods: whose it is, by uids. */
export async function ownersAmong(
  { client, as }: Viewer,
  namespace: string,
  workloads: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const kinds = Object.entries(between).flatMap(([key, kind]) =>
    kind && workloads.has(key.slice(key.indexOf('/') + 1)) ? [kind] : [],
  );
  const lists = await Promise.all(
    kinds.map(({ apiVersion, kind }) =>
      client.list(apiVersion, kind, { namespace, metadataOnly: true, limit: most.between, signal, as }),
    ),
  );
  const owners = new Map<string, string>();
  for (const { metadata } of lists.flatMap(({ items }) => items))
    for (const { uid } of metadata.ownerReferences ?? []) owners.set(metadata.uid ?? '', uid);
  return owners;
}
