import type { KubeObject } from '@millrace/kube';
import { type Resource, resourceOf } from '../resources/resource.ts';
import type { ResourceKind } from '../resources/resource-kind.ts';
import type { Session } from './session.ts';

/** Which objects of a kind a command is about. */
export interface Which {
  /** All namespaces where it is left out. */
  namespace?: string | undefined;
  name?: string | undefined;
  labelSelector?: string | undefined;
}

/** The objects in the server's order: by namespace, then by name. */
export async function select(
  { client, signal }: Session,
  kind: ResourceKind,
  which: Which,
): Promise<Resource[]> {
  const { items } = await client.listAll(kind.apiVersion, kind.kind, {
    ...queryOf(which),
    signal,
    as: 'own',
  });
  return items.map(resourceOf);
}

export function queryOf({ name, namespace, labelSelector }: Which) {
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector ? { labelSelector } : {}),
    ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
  };
}

/** One object. Throws ApiError when it is not there. */
export async function one(
  { client, signal }: Session,
  kind: ResourceKind,
  { name, namespace }: { name: string; namespace: string },
): Promise<Resource> {
  return resourceOf(await client.get<KubeObject>(refTo(kind, { name, namespace }), { as: 'own', signal }));
}

export function refTo(kind: ResourceKind, { name, namespace }: { name: string; namespace: string }) {
  return { apiVersion: kind.apiVersion, kind: kind.kind, name, namespace };
}
