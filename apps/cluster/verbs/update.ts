import { keepIfOnlyTimesDiffer } from '@millrace/apply';
import { clone, isObject, type JsonObject } from '@millrace/json';
import { refuseBeyondRights } from '../access/escalation.ts';
import { quotaCharge, validateChange } from '../admission/builtin/built-in.ts';
import type { Api, Target, WriteOptions } from '../api/api.ts';
import { fitTarget } from '../api/decode.ts';
import { servedTree } from '../api/served.ts';
import { ApiError, conflict, invalid, modified, notFound } from '../api/status.ts';
import { listAt, objectAt, textAt } from '../api/tree.ts';
import { fromStorage, toStorage } from '../kinds/conversion.ts';
import { metadataBesideStatus } from '../kinds/status-metadata.ts';
import { read } from '../store/entry.ts';
import { conform } from './conform.ts';
import { mutated, settle } from './create.ts';
import { recordUpdate } from './field-ownership.ts';
import { keepIdentity, requireMetadata } from './metadata.ts';

/**
 * Makes the wanted object out of the current one; it may change and return its argument. Undefined leaves the object
 * as it is.
 */
export type Change = (current: JsonObject) => JsonObject | undefined;

/**
 * Change an object: the one way in which update, patch, apply and every subresource write.
 *
 * The change is computed from the current object and stored without a pause in between, so that nobody can come
 * between the two; a resourceVersion in the result is a precondition. Nothing is written when nothing changed.
 * Throws ApiError: 404, 409, 422.
 */
export function changeObject(api: Api, target: Target, change: Change, options: WriteOptions): JsonObject {
  return write(api, target, change, options, (object, old) =>
    recordUpdate(api, target, object, old, options),
  );
}

/** The same for a server-side apply, whose result brings its managedFields. */
export function changeApplied(api: Api, target: Target, change: Change, options: WriteOptions): JsonObject {
  return write(api, target, change, options, object => object, 'kept');
}

function write(
  api: Api,
  target: Target,
  change: Change,
  options: WriteOptions,
  record: (object: JsonObject, old: JsonObject) => JsonObject,
  nulls?: 'kept',
): JsonObject {
  const { resource } = target;
  const entry = api.store.get(resource.storage, target.namespace, target.name);
  if (!entry) throw notFound(resource, target.name);
  const old = servedTree(resource, entry);
  const changed = change(clone(old));
  if (changed === undefined) return old;
  const typed = fitTarget(changed, { ...target, subresource: '' }, api.registry);
  const wanted = conform(typed, resource, options, nulls);
  requireVersion(wanted, old, target);
  keepIdentity(wanted, old, target, options);
  objectAt(wanted, 'metadata').resourceVersion = String(entry.revision);
  // What the server decides after this belongs to no manager.
  const recorded = record(withinReach(wanted, old, target), old);
  const asked = toStorage(resource, mutated(api, target, recorded, old, options));
  const before = entry.apiVersion === old.apiVersion ? old : read(entry);
  if (decidesNothing(target)) requireMetadata(target, asked, before);
  const settled = decidesNothing(target) ? asked : settle(api, target, asked, before, options);
  refuseBeyondRights(options, target, settled, before);
  const object = keepIfOnlyTimesDiffer(before, settled);
  validateChange(api, target, object, before, options);
  options.admission?.validate({
    operation: 'UPDATE',
    target,
    object: fromStorage(resource, object),
    old,
  });
  const charge = object === before ? undefined : quotaCharge(api, target, object, before);
  if (object !== before && !options.dryRun) {
    charge?.();
    store(api, resource.storage, object);
  }
  return fromStorage(resource, object);
}

/** The status of a built-in kind and the finalizers of a namespace are the controllers' own; the rest is as it was. */
function decidesNothing({ resource, subresource }: Target): boolean {
  return (
    subresource === 'finalize' ||
    (!resource.custom && (subresource === 'status' || subresource === 'approval'))
  );
}

function store(api: Api, storage: string, object: JsonObject): void {
  if (isGone(object)) api.store.remove(storage, object);
  else api.store.put(storage, object);
}

/** A deleted object leaves with its last finalizer, once its grace period does not hold it. */
function isGone(object: JsonObject): boolean {
  const metadata = objectAt(object, 'metadata');
  if (metadata.deletionTimestamp === undefined || listAt(metadata, 'finalizers').length > 0) return false;
  if (Number(metadata.deletionGracePeriodSeconds ?? 0) > 0) return false;
  return object.kind !== 'Namespace' || listAt(object, 'spec', 'finalizers').length === 0;
}

function requireVersion(wanted: JsonObject, old: JsonObject, target: Target): void {
  const asked = textAt(wanted, 'metadata', 'resourceVersion');
  if (asked === '' || asked === '0') return;
  if (!/^\d+$/.test(asked)) throw noRevision(asked);
  if (asked !== textAt(old, 'metadata', 'resourceVersion'))
    throw conflict(target.resource, target.name, modified);
}

/** Upstream lets the error of its parser out as it is. */
function noRevision(text: string): ApiError {
  return new ApiError(500, '', `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** A custom resource must name the version that it replaces. Throws 422. */
export function requireVersionForReplace(body: JsonObject, target: Target): void {
  if (!target.resource.custom || textAt(body, 'metadata', 'resourceVersion') !== '') return;
  // Upstream names the resource where it names the kind of other invalid objects.
  const subject = { ...target.resource, kind: target.resource.resource };
  throw invalid(subject, target.name, [
    {
      reason: 'FieldValueInvalid',
      message: 'Invalid value: 0: must be specified for an update',
      field: 'metadata.resourceVersion',
    },
  ]);
}

/** What a request to this subresource may change; the rest stays as it was. */
function withinReach(wanted: JsonObject, old: JsonObject, target: Target): JsonObject {
  switch (target.subresource) {
    case '':
      return target.resource.subresources.status ? replaceField(wanted, old, 'status') : wanted;
    case 'status':
      return replaceField({ ...clone(old), metadata: statusMetadata(wanted, old, target) }, wanted, 'status');
    case 'approval':
      return {
        ...clone(old),
        metadata: statusMetadata(wanted, old, target),
        status: replaceField({ ...objectAt(old, 'status') }, objectAt(wanted, 'status'), 'conditions'),
      };
    case 'ephemeralcontainers':
      return withEphemeral(clone(old), wanted);
    case 'finalize':
      return { ...clone(old), metadata: statusMetadata(wanted, old, target), spec: wanted.spec ?? {} };
    default:
      return wanted;
  }
}

function withEphemeral(pod: JsonObject, wanted: JsonObject): JsonObject {
  const spec = objectAt(pod, 'spec');
  pod.spec = replaceField({ ...spec }, objectAt(wanted, 'spec'), 'ephemeralContainers');
  const managed = objectAt(wanted, 'metadata').managedFields;
  return managed === undefined
    ? pod
    : { ...pod, metadata: { ...objectAt(pod, 'metadata'), managedFields: managed } };
}

function replaceField(into: JsonObject, from: JsonObject, field: string): JsonObject {
  if (from[field] === undefined) delete into[field];
  else into[field] = clone(from[field]);
  return into;
}

/** What of the metadata such a write may change; the rest stays. */
function statusMetadata(wanted: JsonObject, old: JsonObject, { resource, subresource }: Target): JsonObject {
  const metadata = clone(objectAt(old, 'metadata'));
  const sent = objectAt(wanted, 'metadata');
  if (sent.managedFields !== undefined) metadata.managedFields = sent.managedFields;
  if (subresource !== 'finalize')
    for (const field of metadataBesideStatus(resource)) replaceField(metadata, sent, field);
  return metadata;
}

/** Replace an object by the one that a client sent. */
export function replaceObject(api: Api, target: Target, body: JsonObject, options: WriteOptions): JsonObject {
  if (!isObject(body.metadata)) body.metadata = {};
  requireVersionForReplace(body, target);
  return changeObject(api, target, () => body, options);
}
