import { isObject, type JsonObject } from '@millrace/json';
import { applyDefaults, prune } from '@millrace/schema';
import { fromStorage } from '../kinds/conversion.ts';
import { type Entry, read } from '../store/entry.ts';
import { groupVersion, type Resource } from './resource.ts';

/** Texts of entries that are not served as they are stored; gone with the resource when its definition changes. */
const texts = new WeakMap<Resource, WeakMap<Entry, string>>();

/**
 * An entry in the version of a resource, as a tree of its own for the caller. A custom resource that was stored under
 * another version or an earlier schema gets the defaults and loses the fields that the schema says now.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting
 */
export function servedTree(resource: Resource, entry: Entry): JsonObject {
  const tree = fromStorage(resource, read(entry));
  return isCurrent(resource, entry) ? tree : brought(resource, tree);
}

/** The same as JSON text. */
export function servedText(resource: Resource, entry: Entry): string {
  if (entry.apiVersion === groupVersion(resource) && isCurrent(resource, entry)) return entry.json;
  let known = texts.get(resource);
  if (!known) texts.set(resource, (known = new WeakMap()));
  let text = known.get(entry);
  if (text === undefined) known.set(entry, (text = JSON.stringify(servedTree(resource, entry))));
  return text;
}

/** True where the entry was written under the schema that is served. */
function isCurrent({ custom, ...resource }: Resource, entry: Entry): boolean {
  return !custom || (entry.revision > custom.since && entry.apiVersion === groupVersion(resource));
}

function brought({ schema }: Resource, tree: JsonObject): JsonObject {
  if (!schema) return tree;
  const { value } = prune(tree, schema);
  return applyDefaults(isObject(value) ? value : {}, schema);
}
