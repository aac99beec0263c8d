import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@millrace/json';
import { type Api, timestamp } from '../api/api.ts';
import { textAt } from '../api/tree.ts';
import { roleGroup } from './access.ts';
import file from './default-roles.json' with { type: 'json' };

interface DefaultObject {
  readonly kind: string;
  readonly metadata: JsonObject;
}

const plurals: Readonly<Record<string, string>> = {
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  Role: 'roles',
  RoleBinding: 'rolebindings',
};

/**
 * Create the roles and bindings with which every cluster starts, those that are missing. default-roles.json has them
 * from a kube-apiserver; the rules of the aggregating ones come from the others.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
export function createDefaultRoles(api: Api): void {
  const objects = file.objects as unknown[] as readonly (DefaultObject & JsonObject)[];
  for (const { kind, metadata, ...rest } of objects) {
    const storage = `${roleGroup}/${plurals[kind]}`;
    if (api.store.get(storage, textAt(metadata, 'namespace'), textAt(metadata, 'name'))) continue;
    // They are known to be valid, and a start has better things to do than to find that out again.
    api.store.put(storage, {
      apiVersion: `${roleGroup}/v1`,
      kind,
      metadata: { ...metadata, uid: randomUUID(), creationTimestamp: timestamp(api.now()) },
      ...rest,
    });
  }
}
