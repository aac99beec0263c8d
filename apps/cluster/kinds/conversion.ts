import type { JsonObject } from '@millrace/json';
import { groupVersion, type Resource } from '../api/resource.ts';
import { autoscalerToV1, autoscalerToV2 } from './autoscaler-versions.ts';
import { eventToCore, eventToEvents } from './event-versions.ts';

/** Turn a tree as the store keeps it into the version of a resource; the tree is consumed. */
export function fromStorage(resource: Resource, tree: JsonObject): JsonObject {
  return convert(resource, tree, groupVersion(resource));
}

/** Turn a tree in the version of a resource into the one that the store keeps; the tree is consumed. */
export function toStorage(resource: Resource, tree: JsonObject): JsonObject {
  const group = resource.storage.slice(0, resource.storage.indexOf('/'));
  return convert(resource, tree, groupVersion({ group, version: resource.storageVersion }));
}

/** Versions of one resource differ in their apiVersion only, but for the kinds that say otherwise here. */
function convert(resource: Resource, tree: JsonObject, apiVersion: string): JsonObject {
  if (tree.apiVersion === apiVersion) return tree;
  if (resource.storage === '/events') return apiVersion === 'v1' ? eventToCore(tree) : eventToEvents(tree);
  if (resource.storage === 'autoscaling/horizontalpodautoscalers') {
    return apiVersion === 'autoscaling/v2' ? autoscalerToV2(tree) : autoscalerToV1(tree);
  }
  return { ...tree, apiVersion };
}
