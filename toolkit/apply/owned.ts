import { createHash } from 'node:crypto';
import type { View } from '@millrace/controller';
import type { Health, KubeObject, ManagedFieldsEntry } from '@millrace/kube';
import { type HealthRules, healthBy } from './health-rules.ts';
import { type Manager, ownerNameLabel, ownerNamespaceLabel, type Wishes, wishesOf } from './manager.ts';

/** What is kept of an applied object: enough to see drift, health and whose it is. */
export interface Owned {
  uid: string;
  resourceVersion: string;
  /** `namespace/name` of the owner that the labels name. */
  owner: string;
  /** Stands for what the object says, its status and bookkeeping aside. */
  content: string;
  /** Stands for the fields that we own; another writer who changes one of them changes it. */
  fields: string;
  /** True when a manager has written whose changes are undone. */
  intruded: boolean;
  /** What somebody asks for by labels and annotations in the cluster. */
  wishes: Wishes;
  /** Goes by itself when its work is done: a Job with a time to live. */
  transient: boolean;
  health: Health;
  /** The name of the rules by which its health was told; absent for those of kstatus. */
  judgedBy?: string;
}

/**
 * The view of what a manager has applied, for watches that select by its label.
 * @param rulesOf how an owner wants the health of its objects told
 */
export function ownedView(
  manager: Manager,
  rulesOf: (owner: string) => HealthRules | undefined,
): View<Owned> {
  const project = (object: KubeObject) => ownedOf(object, manager, rulesOf(ownerOf(object, manager)));
  return { name: `owned by ${manager.name}`, project };
}

/** `namespace/name` of the owner that the labels name. */
function ownerOf({ metadata: { labels } }: KubeObject, manager: Manager): string {
  return `${labels?.[ownerNamespaceLabel(manager)]}/${labels?.[ownerNameLabel(manager)]}`;
}

export function ownedOf(object: KubeObject, manager: Manager, rules?: HealthRules): Owned {
  const judged = rules?.covers(object) ? { judgedBy: rules.name } : {};
  return {
    uid: object.metadata.uid ?? '',
    resourceVersion: object.metadata.resourceVersion ?? '',
    owner: ownerOf(object, manager),
    content: contentOf(object),
    fields: ownFields(object, manager),
    intruded: intruders(object, manager).length > 0,
    wishes: wishesOf(object, manager),
    transient:
      (object.spec as { ttlSecondsAfterFinished?: number } | undefined)?.ttlSecondsAfterFinished !==
      undefined,
    health: healthBy(rules, object),
    ...judged,
  };
}

/** A short name for the set of fields that our apply owns: equal sets have equal names. */
function ownFields(object: KubeObject, manager: Manager): string {
  const entry = (object.metadata.managedFields ?? []).find(found => isOurs(found, manager));
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

export function isOurs(entry: ManagedFieldsEntry, manager: Manager): boolean {
  return entry.manager === manager.name && entry.operation === 'Apply' && !entry.subresource;
}

/**
 * Entries of managers whose changes do not stay: kubectl in all its forms, what applied on the client's side before,
 * and those that the controller is told to override. Objects that ask for `ssa: Merge` keep them.
 */
export function intruders(object: KubeObject, manager: Manager): ManagedFieldsEntry[] {
  if (wishesOf(object, manager).merge) return [];
  return (object.metadata.managedFields ?? []).filter(
    ({ manager: writer = '', operation, subresource }) =>
      !subresource &&
      (writer.startsWith('kubectl') ||
        manager.overrides.some(name => name !== '' && writer.startsWith(name)) ||
        (operation === 'Update' && (writer.startsWith('before-first-apply') || writer === manager.name))),
  );
}
