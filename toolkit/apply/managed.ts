import { isObject, type Json } from '@millrace/json';
import type { KubeObject, ManagedFieldsEntry } from '@millrace/kube';
import { type Manager, wishesOf } from './manager.ts';

/** Records of kubectl's client-side apply and of Flux v1: without those who wrote them they only mislead. */
const stale = {
  annotations: [
    'kubectl.kubernetes.io/last-applied-configuration',
    'kustomize.toolkit.fluxcd.io/checksum',
    'fluxcd.io/sync-checksum',
  ],
  labels: ['fluxcd.io/sync-gc-mark'],
} as const;

export function isOurs(entry: ManagedFieldsEntry, manager: Manager): boolean {
  return entry.manager === manager.name && entry.operation === 'Apply' && !entry.subresource;
}

/**
 * Entries of managers whose changes do not stay: kubectl in all its forms, what applied on the client's side before,
 * and those that the controller is told to override; names count by their beginnings. Objects that ask for
 * `ssa: Merge` keep them.
 */
export function intruders(object: KubeObject, manager: Manager): ManagedFieldsEntry[] {
  if (wishesOf(object, manager).merge) return [];
  return (object.metadata.managedFields ?? []).filter(
    ({ manager: writer = '', operation, subresource }) =>
      !subresource &&
      (['kubectl', ...manager.overrides].some(name => name !== '' && writer.startsWith(name)) ||
        (operation === 'Update' &&
          ['before-first-apply', manager.name].some(name => writer.startsWith(name)))),
  );
}

/** Annotations and labels that are taken off; not those that are in Git, which would come back again and again. */
export function staleMetadata(
  object: KubeObject,
  manager: Manager,
): { field: 'annotations' | 'labels'; key: string }[] {
  const { metadata } = object;
  if (wishesOf(object, manager).merge) return [];
  const ours = metadata.managedFields?.find(entry => isOurs(entry, manager))?.fieldsV1;
  const owns = (field: string, key: string) =>
    [`f:metadata`, `f:${field}`, `f:${key}`].reduce<Json | undefined>(
      (node, step) => (isObject(node) ? node[step] : undefined),
      ours,
    ) !== undefined;
  return (['annotations', 'labels'] as const).flatMap(field =>
    stale[field]
      .filter(key => metadata[field]?.[key] !== undefined && !owns(field, key))
      .map(key => ({ field, key })),
  );
}

/** Whether something is on the object that is to be undone, whoever owns the fields. */
export function isIntruded(object: KubeObject, manager: Manager): boolean {
  return intruders(object, manager).length > 0 || staleMetadata(object, manager).length > 0;
}
