import { isObject, type JsonObject } from '@millrace/json';
import { emptyForm, type Schema } from '@millrace/schema';
import { capUpdaters } from './cap-updaters.ts';
import { FieldSet } from './field-set.ts';
import {
  BadManagedFields,
  managedFieldsOf,
  type Owners,
  readOwners,
  type Writer,
  withManagedFields,
  withoutManagedFields,
  writeOwners,
  writerKey,
} from './managed-fields.ts';
import { type Convert, comparing, type Door, reconciled, stripped, takeFromOthers } from './ownership.ts';

/** A create, update or patch, as far as ownership goes. */
export type UpdateRequest = {
  /** What is stored; undefined for a create. */
  readonly live: JsonObject | undefined;
  /** What will be stored, with defaults, as the request left it. */
  readonly updated: JsonObject;
  readonly manager: string;
  /** `status`, `scale`, ...; absent for the main resource. */
  readonly subresource?: string;
  readonly schema: Schema | undefined;
  /** Version of the API that the request came through, e.g. `apps/v1`. */
  readonly apiVersion: string;
  /** RFC 3339, UTC, whole seconds. */
  readonly time: string;
  /** Fields that this door does not write: `.status` on the main resource of kinds that have the subresource. */
  readonly ignored?: FieldSet;
  /** How entries of other versions see the object; by default as this one does. */
  readonly convert?: Convert;
};

/** Stands for the write at hand, so that what it changed is told apart from what its manager owned before. */
const thisWrite = 'this write';

/**
 * The updated object with its managedFields: what changed now belongs to the manager and to no one else.
 * An object that has no managedFields yet gets none by an update, only by its creation or by an apply. A list of one
 * empty entry in `updated` resets them. The inputs are left as they are.
 *
 * Source of the rule: KEP-555; Kubernetes, "Server-Side Apply", field management of updates.
 */
export function updateManagedFields(request: UpdateRequest): JsonObject {
  const { live, updated } = request;
  const owners = ownersBefore(request);
  const object = withoutManagedFields(updated);
  if (owners.size === 0 && live !== undefined) return object;
  return withManagedFields(object, writeOwners(ownersAfter(request, owners, object)));
}

/** Exported for server-side apply, which gives fields that nobody owns yet an owner in the same way. */
export function ownersAfter(request: UpdateRequest, before: Owners, object: JsonObject): Owners {
  const door = doorOf(request);
  const live = request.live ? withoutManagedFields(request.live) : beforeCreation(request.schema);
  const changesAs = comparing(live, object, door);
  const changes = changesAs(request.apiVersion);
  const owners = takeFromOthers(reconciled(before, live, door), thisWrite, changesAs, true);
  if (!changes) return owners;
  const set = stripped(changes.modified.union(changes.added)).recursiveDifference(door.ignored);
  if (!set.isEmpty) {
    const writer = writerOf(request);
    const key = writerKey(writer);
    const previous = owners.get(key);
    owners.set(key, { ...writer, set: previous ? set.union(previous.set) : set, time: request.time });
  }
  return capUpdaters(owners);
}

/** Structs that Go always writes are there before anything is; nobody comes to own them by a create. */
function beforeCreation(schema: Schema | undefined): JsonObject {
  return schema ? emptyForm(schema) : {};
}

function ownersBefore(request: UpdateRequest): Owners {
  const { live, updated, subresource } = request;
  if (subresource) return readable(live);
  if (isReset(updated)) return new Map();
  const owners = readable(updated);
  return owners.size === 0 ? readable(live) : owners;
}

/** Entries that cannot be read count as none, so that a client's nonsense never blocks a write. */
function readable(object: JsonObject | undefined): Owners {
  try {
    return readOwners(object);
  } catch (error) {
    if (error instanceof BadManagedFields) return new Map();
    throw error;
  }
}

function isReset(object: JsonObject): boolean {
  const entries = managedFieldsOf(object);
  if (!Array.isArray(entries)) return false;
  const [only] = entries;
  // An empty list is what clients send that know nothing of the field.
  return entries.length === 1 && isObject(only) && Object.keys(only).length === 0;
}

export function doorOf(request: {
  readonly schema: Schema | undefined;
  readonly apiVersion: string;
  readonly ignored?: FieldSet;
  readonly convert?: Convert;
}): Door {
  const { schema } = request;
  return {
    schema,
    apiVersion: request.apiVersion,
    ignored: request.ignored ?? FieldSet.empty,
    convert: request.convert ?? (object => ({ object, schema })),
  };
}

function writerOf(request: UpdateRequest): Writer {
  return {
    manager: request.manager === '' ? 'unknown' : request.manager,
    operation: 'Update',
    apiVersion: request.apiVersion,
    subresource: request.subresource ?? '',
  };
}
