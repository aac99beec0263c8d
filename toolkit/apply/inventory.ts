import { apiVersionOf, groupOf, type KubeObject, type ObjectRef, versionOf } from '@millrace/kube';

/**
 * The objects that an owner has applied, as its status.inventory lists them: `id` is
 * `<namespace>_<name>_<group>_<kind>`, `v` the version (kustomize-controller, docs/spec/v1/kustomizations.md).
 */
export type InventoryEntry = { id: string; v: string };

/** RBAC names may hold colons, which ids write as two underscores. */
export function entryOf(object: KubeObject): InventoryEntry {
  const { name, namespace = '' } = object.metadata;
  const id = [namespace, name.replaceAll(':', '__'), groupOf(object.apiVersion), object.kind].join('_');
  return { id, v: versionOf(object.apiVersion) };
}

/** The object that an entry stands for; undefined for an id that is none. */
export function refOfEntry({ id, v }: InventoryEntry): ObjectRef | undefined {
  const first = id.indexOf('_');
  const last = id.lastIndexOf('_');
  const middle = id.lastIndexOf('_', last - 1);
  if (first < 0 || middle <= first) return undefined;
  const namespace = id.slice(0, first);
  const name = id.slice(first + 1, middle).replaceAll('__', ':');
  const apiVersion = apiVersionOf(id.slice(middle + 1, last), v);
  return { apiVersion, kind: id.slice(last + 1), name, ...(namespace ? { namespace } : {}) };
}

export function inventoryOf(owner: {
  status?: { inventory?: { entries: InventoryEntry[] } };
}): InventoryEntry[] {
  return owner.status?.inventory?.entries ?? [];
}

/** Entries of the first list that the second does not have. The version of an object may change: it stays the same. */
export function missingFrom(entries: InventoryEntry[], others: InventoryEntry[]): InventoryEntry[] {
  const ids = new Set(others.map(entry => entry.id));
  return entries.filter(entry => !ids.has(entry.id));
}
