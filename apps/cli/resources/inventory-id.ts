/** What an entry of an inventory names. `namespace` is empty for what belongs to the cluster. */
export interface InventoryId {
  namespace: string;
  name: string;
  group: string;
  kind: string;
}

/**
 * Read `namespace_name_group_kind`, as status.inventory holds it. Names of RBAC objects may hold colons, which stand
 * there as two underscores (sigs.k8s.io/cli-utils, pkg/object). Throws RangeError for anything else.
 */
export function parseInventoryId(id: string): InventoryId {
  const match = /^([^_]*)_(.+)_([^_]*)_([^_]+)$/.exec(id);
  if (!match)
    throw new RangeError(`"${id}" is no entry of an inventory: namespace_name_group_kind is expected`);
  const [, namespace, name, group, kind] = match;
  return { namespace: namespace!, name: name!.replaceAll('__', ':'), group: group!, kind: kind! };
}

/** `Deployment/shop/api`. */
export function displayInventoryId({ kind, namespace, name }: InventoryId): string {
  return namespace === '' ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}
