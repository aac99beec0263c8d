import type { JsonObject } from '@millrace/json';
import { type Api, timestamp } from '../api/api.ts';
import { type Condition, withConditions } from '../api/conditions.ts';
import { childOf, listAt } from '../api/tree.ts';
import { type Entry, read } from '../store/entry.ts';

/** What always goes well here, in the words of the namespace controller. */
const fine: readonly Condition[] = [
  {
    type: 'NamespaceDeletionDiscoveryFailure',
    status: 'False',
    reason: 'ResourcesDiscovered',
    message: 'All resources successfully discovered',
  },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    status: 'False',
    reason: 'ParsedGroupVersions',
    message: 'All legacy kube types successfully parsed',
  },
];

/**
 * The namespace with conditions that tell what still holds it, as `kubectl describe` shows them; `failures` say why some
 * of it could not be told to go.
 */
export function withRemaining(
  namespace: JsonObject,
  left: readonly Entry[],
  failures: readonly string[],
  api: Api,
): JsonObject {
  const conditions = [
    ...fine,
    contentFailure(failures),
    contentRemaining(left, api),
    finalizersRemaining(left),
  ];
  childOf(namespace, 'status').conditions = withConditions(namespace, conditions, timestamp(api.now()));
  return namespace;
}

function contentFailure(failures: readonly string[]): Condition {
  const type = 'NamespaceDeletionContentFailure';
  const fine = 'All content successfully deleted, may be waiting on finalization';
  if (failures.length === 0) return { type, status: 'False', reason: 'ContentDeleted', message: fine };
  const why = [...new Set(failures)].sort().join(', ');
  const message = `Failed to delete all resource types, ${failures.length} remaining: ${why}`;
  return { type, status: 'True', reason: 'ContentDeletionFailed', message };
}

function contentRemaining(left: readonly Entry[], api: Api): Condition {
  const type = 'NamespaceContentRemaining';
  if (left.length === 0)
    return { type, status: 'False', reason: 'ContentRemoved', message: 'All content successfully removed' };
  const content = [...Map.groupBy(left, entry => entry.resource)].map(([storage, entries]) => {
    const resource = api.registry.stored(storage);
    // Upstream leaves the dot where the group is empty.
    const name = resource ? `${resource.resource}.${resource.group}` : storage;
    return `${name} has ${entries.length} resource instances`;
  });
  const message = `Some resources are remaining: ${content.join(', ')}`;
  return { type, status: 'True', reason: 'SomeResourcesRemain', message };
}

function finalizersRemaining(left: readonly Entry[]): Condition {
  const type = 'NamespaceFinalizersRemaining';
  const held = left.flatMap(entry => listAt(read(entry), 'metadata', 'finalizers').map(String));
  if (held.length === 0) {
    const message = 'All content-preserving finalizers finished';
    return { type, status: 'False', reason: 'ContentHasNoFinalizers', message };
  }
  const holders = [...Map.groupBy(held, finalizer => finalizer)].map(
    ([finalizer, all]) => `${finalizer} in ${all.length} resource instances`,
  );
  const message = `Some content in the namespace has finalizers remaining: ${holders.join(', ')}`;
  return { type, status: 'True', reason: 'SomeFinalizersRemain', message };
}
