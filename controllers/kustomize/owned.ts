import { createHash } from 'node:crypto';
import { names } from '@millrace/api';
import type { View } from '@millrace/controller';
import { type Health, healthOf, type KubeObject, type ManagedFieldsEntry } from '@millrace/kube';

/** The manager under which the controller applies. */
export const fieldManager = 'kustomize-controller';

/** What is kept of an applied object: enough to see drift, health and whose it is. */
export interface Owned {
  uid: string;
  resourceVersion: string;
  /** `namespace/name` of the Kustomization that the labels name. */
  owner: string;
  /** Stands for what the object says, its status and bookkeeping aside. */
  content: string;
  /** Stands for the fields that we own; another writer who changes one of them changes it. */
  fields: string;
  /** True when a manager has written whose changes are undone. */
  intruded: boolean;
  keep: boolean;
  /** Goes by itself when its work is done: a Job with a time to live. */
  transient: boolean;
  health: Health;
}

/** Selects what any Kustomization has applied. */
export const ownedSelector = names.ownerName;

export const ownedView: View<Owned> = {
  name: 'owned',
  project: object => ({
    uid: object.metadata.uid ?? '',
    resourceVersion: object.metadata.resourceVersion ?? '',
    owner: `${object.metadata.labels?.[names.ownerNamespace]}/${object.metadata.labels?.[names.ownerName]}`,
    content: contentOf(object),
    fields: ownFields(object),
    intruded: intruders(object).length > 0,
    keep:
      isSet(object, 'prune', 'disabled') ||
      isSet(object, 'reconcile', 'disabled') ||
      isSet(object, 'ssa', 'ignore'),
    transient:
      (object.spec as { ttlSecondsAfterFinished?: number } | undefined)?.ttlSecondsAfterFinished !==
      undefined,
    health: healthOf(object),
  }),
};

/** A short name for the set of fields that our apply owns: equal sets have equal names. */
export function ownFields(object: KubeObject): string {
  const entry = (object.metadata.managedFields ?? []).find(isOurs);
  if (!entry) return '';
  return createHash('sha1').update(JSON.stringify(entry.fieldsV1)).digest('base64');
}

/** Equal contents have equal names. */
export function contentOf(object: KubeObject): string {
  const { managedFields, resourceVersion, generation, ...metadata } = object.metadata;
  const { status, ...rest } = object;
  return createHash('sha1')
    .update(JSON.stringify({ ...rest, metadata }))
    .digest('base64');
}

export function isOurs(entry: ManagedFieldsEntry): boolean {
  return entry.manager === fieldManager && entry.operation === 'Apply' && !entry.subresource;
}

/**
 * Entries of managers whose changes do not stay: kubectl in all its forms, and what applied on the client's side
 * before. Objects that ask for `ssa: Merge` keep them.
 */
export function intruders(object: KubeObject): ManagedFieldsEntry[] {
  if (isSet(object, 'ssa', 'merge')) return [];
  return (object.metadata.managedFields ?? []).filter(
    ({ manager = '', operation, subresource }) =>
      !subresource &&
      (manager.startsWith('kubectl') ||
        (operation === 'Update' && (manager.startsWith('before-first-apply') || manager === fieldManager))),
  );
}

/** Whether a label or annotation `kustomize.toolkit.fluxcd.io/<name>` has the value, in any case of letters. */
export function isSet(object: KubeObject, name: string, value: string): boolean {
  const key = `kustomize.toolkit.fluxcd.io/${name}`;
  const { annotations, labels } = object.metadata;
  return [annotations?.[key], labels?.[key]].some(found => found?.toLowerCase() === value);
}
