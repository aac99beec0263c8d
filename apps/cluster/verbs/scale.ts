import {
  type ManagedFieldsEntry,
  managersAfterScale,
  managersOfScale,
  type ReplicasPaths,
} from '@millrace/apply';
import { clone, type Json, type JsonObject, put } from '@millrace/json';
import { kubernetes } from '@millrace/schema';
import type { Api, Target, WriteOptions } from '../api/api.ts';
import { fitTarget } from '../api/decode.ts';
import { formatLabelSelector } from '../api/label-selector.ts';
import { groupVersion, type PrinterColumn, type Resource } from '../api/resource.ts';
import { servedTree } from '../api/served.ts';
import { badRequest, internal, invalid, notFound } from '../api/status.ts';
import { childOf, numberAt, objectAt, textAt, valueAt } from '../api/tree.ts';
import { conform } from './conform.ts';
import { requireName } from './patch.ts';
import { changeApplied } from './update.ts';

/** A Scale as a resource of its own, as far as reading and field management go. */
export const scaleResource: Resource = {
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  resource: 'scales',
  singular: 'scale',
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: [],
  subresources: {},
  // Nothing is stored there: columns of tables go by it.
  storage: 'autoscaling/scales',
  storageVersion: 'v1',
  schema: kubernetes.schemaFor({ group: 'autoscaling', version: 'v1', kind: 'Scale' }),
  served: false,
};

/** The Scale as tables show it; those of custom resources have columns of definitions. */
export function scaleShownFor({ custom }: Resource): Resource {
  return custom ? { ...scaleResource, custom: { ...custom, columns: customColumns } } : scaleResource;
}

const customColumns: readonly PrinterColumn[] = [
  { name: 'Desired', type: 'integer', description: 'How many are wanted', jsonPath: '.spec.replicas' },
  { name: 'Available', type: 'integer', description: 'How many are there', jsonPath: '.status.replicas' },
  { name: 'Age', type: 'date', description: 'How long it is there', jsonPath: '.metadata.creationTimestamp' },
];

/** The Scale of an object as a target of its own, in the same place and under the same name. */
export function scaleTarget({ namespace, name }: Target): Target {
  return { resource: scaleResource, namespace, name, subresource: 'scale' };
}

/** The Scale of an object. Throws 404, and 500 where a custom resource has no replicas. */
export function getScale(api: Api, target: Target): JsonObject {
  const { resource } = target;
  const entry = api.store.get(resource.storage, target.namespace, target.name);
  if (!entry) throw notFound(resource, target.name);
  const object = servedTree(resource, entry);
  if (resource.custom && getPath(object, specPath(resource)) === undefined)
    throw internal(`the spec replicas field ${JSON.stringify(specPath(resource))} does not exist`);
  return scaleOf(resource, object);
}

/** Makes the wanted Scale out of the current one, which has its managers; the result brings those that there are then. */
export type ScaleChange = (scale: JsonObject) => JsonObject;

/**
 * Change the replicas of an object by way of its Scale, and who manages them: the object's managedFields follow those
 * of the Scale. Throws 400, 404, 409, 422.
 */
export function changeScale(
  api: Api,
  target: Target,
  change: ScaleChange,
  options: WriteOptions,
): JsonObject {
  const { resource } = target;
  const { admission, ...how } = options;
  const write = (current: JsonObject) => {
    const paths = replicasPaths(api, resource);
    const before = { ...scaleOf(resource, current), ...unset(resource, current) };
    const scale = withManagers(before, managersOfScale(current, paths));
    const changed = change(clone(scale));
    const reviewed = { operation: 'UPDATE', target, object: changed, old: scale } as const;
    const wanted = admission ? completeScale(api, target, admission.mutate(reviewed), options) : changed;
    requireValid(target, wanted);
    admission?.validate({ ...reviewed, object: wanted });
    const managers = managersAfterScale(current, wanted, paths, groupVersion(resource));
    setPath(current, specPath(resource), numberAt(wanted, 'spec', 'replicas') ?? 0);
    const metadata = childOf(current, 'metadata');
    metadata.resourceVersion = textAt(wanted, 'metadata', 'resourceVersion');
    // Another uid is found out where those of all objects are.
    metadata.uid = textAt(wanted, 'metadata', 'uid');
    return withManagers(current, managers);
  };
  return scaleOf(resource, changeApplied(api, target, write, how));
}

/** A Scale from a client, typed and complete. Throws 400. */
export function completeScale(
  api: Api,
  target: Target,
  scale: JsonObject,
  options: WriteOptions,
): JsonObject {
  const complete = conform(fitTarget(scale, scaleTarget(target), api.registry), scaleResource, options);
  requireName(childOf(complete, 'metadata'), target);
  return complete;
}

/** No number of replicas: what a custom resource has that says nothing of them. */
const noReplicas = -(2 ** 31);

function unset(resource: Resource, object: JsonObject): JsonObject {
  if (!resource.custom || getPath(object, specPath(resource)) !== undefined) return {};
  return { spec: { replicas: noReplicas } };
}

function requireValid(target: Target, wanted: JsonObject): void {
  const { resource } = target;
  const replicas = numberAt(wanted, 'spec', 'replicas') ?? 0;
  if (resource.custom) {
    if (replicas === noReplicas)
      throw badRequest(`the spec replicas field ${JSON.stringify(specPath(resource))} cannot be empty`);
    return;
  }
  if (replicas < 0) throw tooFew(target, replicas);
}

function tooFew(target: Target, replicas: number) {
  return invalid({ group: 'autoscaling', resource: '', kind: 'Scale' }, target.name, [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
      field: 'spec.replicas',
    },
  ]);
}

function withManagers(object: JsonObject, managers: readonly ManagedFieldsEntry[]): JsonObject {
  const { managedFields: _before, ...metadata } = objectAt(object, 'metadata');
  const entries = managers.map((entry): Json => ({ ...entry }));
  return { ...object, metadata: managers.length > 0 ? { ...metadata, managedFields: entries } : metadata };
}

/** Where the versions of a kind keep their replicas. */
function replicasPaths(api: Api, resource: Resource): ReplicasPaths {
  const group = api.registry.groups().find(({ name }) => name === resource.group);
  const versions = group?.versions.flatMap(({ resources }) => resources) ?? [];
  return new Map(
    versions
      .filter(({ storage }) => storage === resource.storage)
      .map(version => [
        groupVersion(version),
        version.subresources.scale ? keysOf(specPath(version)) : undefined,
      ]),
  );
}

function scaleOf(resource: Resource, object: JsonObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = objectAt(object, 'metadata');
  const statusPath = resource.custom?.scale?.statusReplicas ?? '.status.replicas';
  const replicas = Number(getPath(object, specPath(resource)) ?? 0);
  const selector = selectorOf(resource, object);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name: name!,
      ...(namespace !== undefined && { namespace }),
      uid: uid!,
      resourceVersion: resourceVersion!,
      creationTimestamp: creationTimestamp!,
    },
    // None are left out, as empty numbers are.
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: Number(getPath(object, statusPath) ?? 0), ...(selector && { selector }) },
  };
}

function specPath(resource: Resource): string {
  return resource.custom?.scale?.specReplicas ?? '.spec.replicas';
}

/** As text in the grammar of labelSelector, which autoscalers pass on. */
function selectorOf(resource: Resource, object: JsonObject): string {
  if (resource.custom) return String(getPath(object, resource.custom.scale?.labelSelector ?? '') ?? '');
  const selector = objectAt(object, 'spec', 'selector');
  return formatLabelSelector(
    resource.kind === 'ReplicationController' ? { matchLabels: selector } : selector,
  );
}

/** Scale paths are plain: fields and nothing else. */
function getPath(object: JsonObject, path: string): Json | undefined {
  const keys = keysOf(path);
  return keys.length === 0 ? undefined : valueAt(object, ...keys);
}

function setPath(object: JsonObject, path: string, value: number): void {
  const keys = keysOf(path);
  const last = keys.pop()!;
  put(keys.reduce(childOf, object), last, value);
}

function keysOf(path: string): string[] {
  return path.split('.').filter(Boolean);
}
