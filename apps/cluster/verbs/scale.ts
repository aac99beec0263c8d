import type { Json, JsonObject } from '@millrace/json';
import type { Api, Target, WriteOptions } from '../api/api.ts';
import type { Resource } from '../api/resource.ts';
import { servedTree } from '../api/served.ts';
import { badRequest, conflict, invalid, modified, notFound } from '../api/status.ts';
import { childOf, numberAt, objectAt, textAt, valueAt } from '../api/tree.ts';
import { changeObject } from './update.ts';

/** The Scale of an object. Throws 404. */
export function getScale(api: Api, target: Target): JsonObject {
  const { resource } = target;
  const entry = api.store.get(resource.storage, target.namespace, target.name);
  if (!entry) throw notFound(resource, target.name);
  return scaleOf(resource, servedTree(resource, entry));
}

/** Change the replicas of an object by way of its Scale. Throws 400, 404, 409, 422. */
export function changeScale(
  api: Api,
  target: Target,
  change: (scale: JsonObject) => JsonObject,
  options: WriteOptions,
): JsonObject {
  const { resource } = target;
  const object = changeObject(
    api,
    target,
    current => {
      const before = scaleOf(resource, current);
      const wanted = change(before);
      if ((wanted.kind ?? 'Scale') !== 'Scale')
        throw badRequest(`expected a Scale, got ${String(wanted.kind)}`);
      const version = textAt(wanted, 'metadata', 'resourceVersion');
      if (version && version !== textAt(current, 'metadata', 'resourceVersion')) {
        throw conflict(resource, target.name, modified);
      }
      const replicas = numberAt(wanted, 'spec', 'replicas') ?? 0;
      if (replicas < 0) throw tooFew(target, replicas);
      setPath(current, specPath(resource), replicas);
      return current;
    },
    options,
  );
  return scaleOf(resource, object);
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

function scaleOf(resource: Resource, object: JsonObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = objectAt(object, 'metadata');
  const statusPath = resource.custom?.scale?.statusReplicas ?? '.status.replicas';
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
    spec: { replicas: Number(getPath(object, specPath(resource)) ?? 0) },
    status: { replicas: Number(getPath(object, statusPath) ?? 0), ...(selector && { selector }) },
  };
}

function specPath(resource: Resource): string {
  return resource.custom?.scale?.specReplicas ?? '.spec.replicas';
}

/** As text in the grammar of labelSelector, which autoscalers pass on. */
function selectorOf(resource: Resource, object: JsonObject): string {
  if (resource.custom) return String(getPath(object, resource.custom.scale?.labelSelector ?? '') ?? '');
  const labels =
    resource.kind === 'ReplicationController'
      ? objectAt(object, 'spec', 'selector')
      : objectAt(object, 'spec', 'selector', 'matchLabels');
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** Scale paths are plain: fields and nothing else. */
function getPath(object: JsonObject, path: string): Json | undefined {
  const keys = path.split('.').filter(Boolean);
  return keys.length === 0 ? undefined : valueAt(object, ...keys);
}

function setPath(object: JsonObject, path: string, value: number): void {
  const keys = path.split('.').filter(Boolean);
  const last = keys.pop()!;
  keys.reduce(childOf, object)[last] = value;
}
