import { createHash } from 'node:crypto';
import { FieldSet } from '@millrace/apply';
import type { View } from '@millrace/controller';
import type { Health, KubeObject } from '@millrace/kube';
import { type HealthRules, healthBy } from './health-rules.ts';
import type { IgnoreRules } from './ignore-rules.ts';
import { mindedFields } from './ignored-fields.ts';
import { isIntruded, isOurs } from './managed.ts';
import { type Manager, ownerNameLabel, ownerNamespaceLabel, type Wishes, wishesOf } from './manager.ts';

/** What the owner of objects asks for when they are looked at. */
export interface OwnerRules {
  health?: HealthRules | undefined;
  ignore?: IgnoreRules | undefined;
}

/** What is kept of an applied object: enough to see drift, health and whose it is. */
export interface Owned {
  uid: string;
  resourceVersion: string;
  /** `namespace/name` of the owner that the labels name. */
  owner: string;
  /** Stands for what the object says, its status and bookkeeping aside. */
  content: string;
  /** Stands for the fields that we own and mind; another writer who changes one of them changes it. */
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

/** What a watch shows where an object is: `object` is absent where there is none. */
export interface Sight {
  object?: Owned | undefined;
}

/**
 * The view of what a manager has applied, for watches that select by its label.
 * @param rulesOf what an owner asks for
 */
export function ownedView(manager: Manager, rulesOf: (owner: string) => OwnerRules | undefined): View<Owned> {
  const project = (object: KubeObject) => ownedOf(object, manager, rulesOf(ownerOf(object, manager)));
  return { name: `owned by ${manager.name}`, project };
}

/** `namespace/name` of the owner that the labels name. */
function ownerOf({ metadata: { labels } }: KubeObject, manager: Manager): string {
  return `${labels?.[ownerNamespaceLabel(manager)]}/${labels?.[ownerNameLabel(manager)]}`;
}

export function ownedOf(object: KubeObject, manager: Manager, { health, ignore }: OwnerRules = {}): Owned {
  const judged = health?.covers(object) ? { judgedBy: health.name } : {};
  return {
    uid: object.metadata.uid ?? '',
    resourceVersion: object.metadata.resourceVersion ?? '',
    owner: ownerOf(object, manager),
    content: contentOf(object),
    fields: ownFields(object, manager, ignore),
    intruded: isIntruded(object, manager),
    wishes: wishesOf(object, manager),
    transient:
      (object.spec as { ttlSecondsAfterFinished?: number } | undefined)?.ttlSecondsAfterFinished !==
      undefined,
    health: healthBy(health, object),
    ...judged,
  };
}

/** A short name for the set of fields that our apply owns, but for those that are not minded: equal sets have equal names. */
function ownFields(object: KubeObject, manager: Manager, ignore: IgnoreRules | undefined): string {
  const entry = (object.metadata.managedFields ?? []).find(found => isOurs(found, manager));
  if (!entry) return '';
  const ignored = ignore?.pathsIn(object) ?? [];
  const { fieldsV1 = {} } = entry;
  const minded =
    ignored.length === 0 ? fieldsV1 : mindedFields(FieldSet.parse(fieldsV1), object, ignored).serialise();
  return createHash('sha1').update(JSON.stringify(minded)).digest('base64');
}

/** Equal contents have equal names. */
export function contentOf(object: KubeObject): string {
  const { managedFields, resourceVersion, generation, ...metadata } = object.metadata;
  const { status, ...rest } = object;
  return createHash('sha1')
    .update(JSON.stringify({ ...rest, metadata }))
    .digest('base64');
}
