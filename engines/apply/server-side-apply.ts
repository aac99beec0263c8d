import { equal, isObject, type Json, type JsonObject } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import { refreshLastApplied, withoutLastApplied } from './client-side-apply.ts';
import { ApplyConflict } from './conflict.ts';
import type { FieldSet } from './field-set.ts';
import {
  managedFieldsOf,
  type Owner,
  type Owners,
  readOwners,
  type Writer,
  withManagedFields,
  withoutManagedFields,
  writeOwners,
  writerKey,
} from './managed-fields.ts';
import { merge } from './merge.ts';
import { type Convert, comparing, type Door, reconciled, stripped, takeFromOthers } from './ownership.ts';
import { pruneAbandoned } from './prune-abandoned.ts';
import { toFieldSet } from './to-field-set.ts';
import { checkTyped, TypedErrors } from './typed-errors.ts';
import { doorOf, ownersAfter } from './update-managed-fields.ts';

/** A server-side apply. */
export type ApplyRequest = {
  /** What is stored; undefined when the object does not exist yet. */
  readonly live: JsonObject | undefined;
  /** What the applier wants; it must not carry managedFields. */
  readonly config: JsonObject;
  readonly manager: string;
  /** Take fields that others own instead of failing. */
  readonly force: boolean;
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

/** The applied configuration must not say who owns what. The API answers 400. */
export class ManagedFieldsNotAllowed extends Error {
  override name = 'ManagedFieldsNotAllowed';
  constructor() {
    super('metadata.managedFields must be nil');
  }
}

/**
 * The object after a server-side apply, with its managedFields. Defaults are not in it yet. When nothing but a
 * timestamp would change, it is `live` itself, so that identity tells a no-op. The inputs are left as they are.
 *
 * Throws ApplyConflict, TypedErrors for a configuration that does not fit the schema, ManagedFieldsNotAllowed, and
 * BadManagedFields when the stored list cannot be read.
 *
 * Source of the rule: KEP-555; Kubernetes, "Server-Side Apply"; structured-merge-diff's package merge.
 */
export function serverSideApply(request: ApplyRequest): JsonObject {
  const { config, schema } = request;
  if (managedFieldsOf(config) !== undefined) throw new ManagedFieldsNotAllowed();
  const errors = checkTyped(config, schema);
  if (errors.length > 0) throw new TypedErrors(errors);
  const live = request.live ? withoutManagedFields(request.live) : emptyObject(config);
  const door = doorOf(request);
  const before = reconciled(ownersBefore(request, live), live, door);
  const { object: merged, owners } = appliedOrForced(request, live, before, door);
  const object = refreshLastApplied(merged, config, request.manager);
  // The annotation is the server's own doing: it makes nobody's entry newer.
  const changed = merged !== live && !equal(merged, live);
  const key = writerKey(writerOf(request));
  const mine = owners.get(key);
  if (changed && mine) owners.set(key, { ...mine, time: request.time });
  const result = withManagedFields(object, writeOwners(owners));
  return !changed && request.live && equal(result, request.live) ? request.live : result;
}

function appliedOrForced(request: ApplyRequest, live: JsonObject, before: Owners, door: Door): Applied {
  try {
    return applied(request, live, before, door);
  } catch (error) {
    if (!(error instanceof ApplyConflict)) throw error;
    const left = withoutLastApplied(error, request.manager, live, request.schema);
    if (left) throw left;
    return applied({ ...request, force: true }, live, before, door);
  }
}

type Applied = { readonly object: JsonObject; readonly owners: Owners };

/** Merge, take back what was given up, and settle with the other owners. */
function applied(request: ApplyRequest, live: JsonObject, before: Owners, door: Door): Applied {
  const writer = writerOf(request);
  const key = writerKey(writer);
  const last = before.get(key);
  const set = toFieldSet(request.config, request.schema).recursiveDifference(door.ignored);
  const mine: Owner = { ...writer, set, time: last?.time };
  const owners: Owners = new Map(before).set(key, mine);
  const merged = merge(live, request.config, request.schema);
  const object = last ? pruneAbandoned(merged, last, owners, door) : merged;
  const left = takeFromOthers(owners, key, comparing(live, object, door), request.force);
  const own = stripped(set);
  if (own.isEmpty) left.delete(key);
  else left.set(key, { ...mine, set: last?.set.equals(own) ? last.set : own });
  return { object, owners: left };
}

/**
 * The owners of the live object. One that was never tracked gets the owner `before-first-apply` for all that is in
 * it, so that nothing is lost by the first apply.
 */
function ownersBefore(request: ApplyRequest, live: JsonObject): Owners {
  const owners = readOwners(request.live);
  if (owners.size > 0 || !request.live) return owners;
  const { schema, apiVersion, time, ignored, convert, subresource } = request;
  return ownersAfter(
    {
      live: undefined,
      updated: live,
      manager: 'before-first-apply',
      schema,
      apiVersion,
      time,
      ignored,
      convert,
      subresource,
    },
    owners,
    live,
  );
}

function emptyObject(config: JsonObject): JsonObject {
  const { apiVersion, kind } = config;
  return { apiVersion, kind } as JsonObject;
}

function writerOf(request: ApplyRequest): Writer {
  return {
    manager: request.manager,
    operation: 'Apply',
    apiVersion: request.apiVersion,
    subresource: request.subresource ?? '',
  };
}

/**
 * The stored object when `updated` differs from it by nothing but the timestamps of managedFields, else `updated`.
 * To be asked once defaults and admission have had their say: a write that changes nothing must not move the
 * resourceVersion.
 *
 * Source of the rule: Kubernetes, no-op updates of the API server's field manager.
 */
export function keepIfOnlyTimesDiffer(live: JsonObject, updated: JsonObject): JsonObject {
  if (live === updated) return live;
  return equal(timeless(live), timeless(updated)) ? live : updated;
}

function timeless(object: JsonObject): JsonObject {
  const entries = managedFieldsOf(object);
  if (!Array.isArray(entries)) return object;
  const managedFields = entries.map(entry => (isObject(entry) ? { ...entry, time: '' } : entry) as Json);
  return { ...object, metadata: { ...(object.metadata as JsonObject), managedFields } };
}
