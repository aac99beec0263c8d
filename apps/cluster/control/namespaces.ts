import type { JsonObject } from '@millrace/json';
import { type Api, timestamp } from '../api/api.ts';
import { qualified } from '../api/status.ts';
import { childOf } from '../api/tree.ts';
import type { Entry } from '../store/entry.ts';
import { deleteObject } from '../verbs/delete.ts';
import { changeObject } from '../verbs/update.ts';
import { asManager } from './finalizers.ts';

const storage = '/namespaces';

/**
 * Empty the namespaces that are being deleted, then let them go.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
 */
export function emptyNamespaces(api: Api): void {
  for (const entry of api.store.list(storage)) if (entry.terminating) empty(api, entry);
  api.store.subscribe(({ type, entry }) => {
    if (entry.resource === storage) {
      if (type !== 'DELETED' && entry.terminating) empty(api, entry);
      return;
    }
    if (type !== 'DELETED' || entry.namespace === '') return;
    const namespace = api.store.get(storage, '', entry.namespace);
    if (namespace?.terminating) empty(api, namespace);
  });
}

function empty(api: Api, { name: namespace }: Entry): void {
  const left: Entry[] = [];
  for (const resources of api.store.resources()) {
    const resource = api.registry.stored(resources);
    if (!resource?.namespaced) continue;
    for (const { name, terminating } of api.store.list(resources, namespace)) {
      const target = { resource, namespace, name, subresource: '' };
      if (!terminating) deleteObject(api, target, { dryRun: false, propagation: 'Background' });
      const remaining = api.store.get(resources, namespace, name);
      if (remaining) left.push(remaining);
    }
  }
  const target = { resource: api.registry.stored(storage)!, namespace: '', name: namespace };
  if (left.length === 0) {
    const finalize = (object: JsonObject) => ({ ...object, spec: {} });
    changeObject(api, { ...target, subresource: 'finalize' }, finalize, asManager('kube-controller-manager'));
  } else {
    const report = (object: JsonObject) => withConditions(object, left, timestamp(api.now()), api);
    changeObject(api, { ...target, subresource: 'status' }, report, asManager('kube-controller-manager'));
  }
}

/** Tell what still holds the namespace, as `kubectl describe` shows it. */
function withConditions(namespace: JsonObject, left: readonly Entry[], now: string, api: Api): JsonObject {
  const byResource = Map.groupBy(left, entry => entry.resource);
  const content = [...byResource].map(([resource, entries]) => {
    const known = api.registry.stored(resource);
    return `${known ? qualified(known) : resource} has ${entries.length} resource instances`;
  });
  const held = left.flatMap(
    entry => (JSON.parse(entry.json) as { metadata: { finalizers?: string[] } }).metadata.finalizers ?? [],
  );
  const holders = [...Map.groupBy(held, finalizer => finalizer)].map(
    ([finalizer, all]) => `${finalizer} in ${all.length} resource instances`,
  );
  const condition = (type: string, status: boolean, reason: string, message: string): JsonObject => ({
    lastTransitionTime: now,
    message,
    reason,
    status: status ? 'True' : 'False',
    type,
  });
  const before = JSON.stringify(childOf(namespace, 'status').conditions ?? null);
  const conditions = [
    condition(
      'NamespaceDeletionDiscoveryFailure',
      false,
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ),
    condition(
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    condition(
      'NamespaceDeletionContentFailure',
      false,
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    condition(
      'NamespaceContentRemaining',
      true,
      'SomeResourcesRemain',
      `Some resources are remaining: ${content.join(', ')}`,
    ),
    holders.length > 0
      ? condition(
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${holders.join(', ')}`,
        )
      : condition(
          'NamespaceFinalizersRemaining',
          false,
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ),
  ];
  const timeless = (text: string) => text.replace(/"lastTransitionTime":"[^"]*"/g, '');
  if (timeless(JSON.stringify(conditions)) === timeless(before)) return namespace;
  childOf(namespace, 'status').conditions = conditions;
  return namespace;
}
