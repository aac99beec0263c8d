import { ApiError, type KubeObject } from '@millrace/kube';
import { CliError } from '../cli-error.ts';
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
  const query = { ...queryOf(which), signal, as: 'own' as const };
  const { items } = await client.listAll(kind.apiVersion, kind.kind, query).catch(error => {
    throw asked(error, which);
  });
  return items.map(resourceOf);
}

/** What the server finds wrong in a selector is said as Flux, which reads it itself, says it. */
function asked(error: unknown, { labelSelector }: Which): unknown {
  const isSelectors = error instanceof ApiError && error.status.code === 400 && labelSelector !== undefined;
  if (!isSelectors) return error;
  const where = `couldn't parse the selector string "${labelSelector}"`;
  return new CliError(`unable to parse label selector: ${where}: ${error.message}`, { cause: error });
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
