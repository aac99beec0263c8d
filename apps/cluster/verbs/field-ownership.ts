import {
  ApplyConflict,
  BadManagedFields,
  FieldSet,
  ManagedFieldsNotAllowed,
  serverSideApply,
  TypedErrors,
  UnkeyedItem,
  updateManagedFields,
} from '@millrace/apply';
import { clone, type JsonObject } from '@millrace/json';
import { type Api, type Target, timestamp, type WriteOptions } from '../api/api.ts';
import { groupVersion, parseGroupVersion, type Resource } from '../api/resource.ts';
import { ApiError, applyConflict, badRequest } from '../api/status.ts';
import { objectAt, textAt } from '../api/tree.ts';
import { fromStorage, toStorage } from '../kinds/conversion.ts';
import { metadataBesideStatus } from '../kinds/status-metadata.ts';

const statusField = FieldSet.of(['f:status']);
const spec = FieldSet.of(['f:spec']);
const allButStatus = FieldSet.of(['f:spec'], ['f:metadata']);
/** What a write of the status leaves alone besides the spec. */
const held: Readonly<Record<string, FieldSet>> = {
  'apps/deployments': FieldSet.of(['f:spec'], ['f:metadata', 'f:labels']),
  '/pods': FieldSet.of(
    ['f:spec'],
    ['f:metadata', 'f:deletionTimestamp'],
    ['f:metadata', 'f:ownerReferences'],
  ),
};

/** The object with managedFields that say what this write changed. Trees are in the version of the target. */
export function recordUpdate(
  api: Api,
  target: Target,
  updated: JsonObject,
  live: JsonObject | undefined,
  options: WriteOptions,
): JsonObject {
  try {
    return updateManagedFields({ live, updated, manager: options.manager, ...doorway(api, target) });
  } catch (error) {
    if (!(error instanceof UnkeyedItem)) throw error;
    // List items without a key have no owner; upstream leaves the record as it was rather than refuse the write.
    const before = live && objectAt(live, 'metadata').managedFields;
    const { managedFields: _none, ...metadata } = objectAt(updated, 'metadata');
    return { ...updated, metadata: before === undefined ? metadata : { ...metadata, managedFields: before } };
  }
}

/** What a server-side apply makes of the live object. Throws 400, 409 and 422. */
export function applyConfiguration(
  api: Api,
  target: Target,
  live: JsonObject | undefined,
  config: JsonObject,
  options: WriteOptions & { readonly force: boolean },
): JsonObject {
  try {
    return serverSideApply({
      live,
      config,
      manager: options.manager,
      force: options.force,
      ...doorway(api, target),
    });
  } catch (error) {
    throw asApiError(error, target, config);
  }
}

function asApiError(error: unknown, { resource }: Target, config: JsonObject): unknown {
  if (error instanceof ApplyConflict) return applyConflict(error.message, error.causes);
  if (error instanceof ManagedFieldsNotAllowed || error instanceof BadManagedFields)
    return badRequest(error.message);
  if (error instanceof TypedErrors) {
    const object = `${textAt(config, 'metadata', 'namespace')}/${textAt(config, 'metadata', 'name')}`;
    const kind = `${resource.group}/${resource.version}, Kind=${resource.kind}`;
    return new ApiError(
      500,
      '',
      `failed to create typed patch object (${object}; ${kind}): ${error.message}`,
    );
  }
  return error;
}

function doorway(api: Api, target: Target) {
  const { resource, subresource } = target;
  return {
    ...(subresource && { subresource }),
    schema: resource.schema,
    apiVersion: groupVersion(resource),
    time: timestamp(api.now()),
    ...ignoredFields(target),
    convert: (object: JsonObject, apiVersion: string) => converted(api, resource, object, apiVersion),
  };
}

/** The fields that a door does not write. */
function ignoredFields({ resource, subresource }: Target): { ignored?: FieldSet } {
  if (subresource === 'status') return { ignored: heldBackFrom(resource) };
  return subresource === '' && resource.subresources.status ? { ignored: statusField } : {};
}

function heldBackFrom(resource: Resource): FieldSet {
  if (metadataBesideStatus(resource).length === 0) return allButStatus;
  return held[resource.storage] ?? spec;
}

function converted(api: Api, from: Resource, object: JsonObject, apiVersion: string) {
  const { group, version } = parseGroupVersion(apiVersion);
  const to = api.registry.findVersion(group, version, from.kind);
  if (!to || to.storage !== from.storage) return undefined;
  return { object: fromStorage(to, toStorage(from, clone(object))), schema: to.schema };
}
