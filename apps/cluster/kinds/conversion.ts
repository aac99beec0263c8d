import type { JsonObject } from '@millrace/json';
import { groupVersion, type Resource } from '../api/resource.ts';
import { autoscalerToV1, autoscalerToV2 } from './autoscaler-versions.ts';
import { eventToCore, eventToEvents } from './event-versions.ts';

/** Turn a tree as the store keeps it into the version of a resource; the tree is consumed. */
export function fromStorage(resource: Resource, tree: JsonObject): JsonObject {
  if (isStorageVersion(resource)) return tree;
  if (resource.storage === '/events') return eventToEvents(tree);
  if (resource.storage === 'autoscaling/horizontalpodautoscalers') return autoscalerToV1(tree);
  return { ...tree, apiVersion: groupVersion(resource) };
}

/** Turn a tree in the version of a resource into the one that the store keeps; the tree is consumed. */
export function toStorage(resource: Resource, tree: JsonObject): JsonObject {
  if (isStorageVersion(resource)) return tree;
  if (resource.storage === '/events') return eventToCore(tree);
  if (resource.storage === 'autoscaling/horizontalpodautoscalers') return autoscalerToV2(tree);
  return { ...tree, apiVersion: groupVersion({ group: resource.group, version: resource.storageVersion }) };
}

/** True where text from the store can be answered as it is. */
export function isStorageVersion(resource: Resource): boolean {
  return (
    resource.version === resource.storageVersion &&
    resource.storage === `${resource.group}/${resource.resource}`
  );
}
