import { readdirSync, readFileSync } from 'node:fs';
import { customResourceDefinition, kinds } from '@millrace/api';
import { asKubeObject, isNotFound, type KubeClient, type KubeObject, refOf } from '@millrace/kube';
import { parseAll } from '@millrace/yaml';
import { happened } from './happened.ts';

const folder = new URL('./scene/', import.meta.url);
const own = { as: 'own' } as const;

/** Namespaces that the lines make. */
const made = ['dev', 'dev-two'];

/** Everything that the lines may leave in a namespace, beside what we serve. */
const traces: [apiVersion: string, kind: string][] = [
  ['v1', 'Secret'],
  ['v1', 'ServiceAccount'],
  ['v1', 'Event'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
];

/** Make the cluster know the kinds, and take them as they are in a moment. */
export async function defineKinds(client: KubeClient): Promise<void> {
  for (const kind of kinds)
    await client.apply(customResourceDefinition(kind), { ...own, fieldManager: 'scene', force: true });
  client.discovery.invalidate();
}

/**
 * The objects of the scene as they are written, with their status, and nothing beside them. No controller may run in
 * the cluster: the status is to stay.
 */
export async function setScene(client: KubeClient): Promise<void> {
  const objects = readdirSync(folder)
    .sort()
    .flatMap(file => parseAll(readFileSync(new URL(file, folder), 'utf8')).map(asKubeObject));
  const namespaces = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  const rest = objects.filter(({ kind }) => kind !== 'Namespace');
  await clear(client, [...namespaces, ...made]);
  for (const name of made) await forget(client, name);
  for (const name of namespaces)
    await put(client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await Promise.all(rest.map(object => put(client, object)));
  await Promise.all(happened(Date.now()).map(event => client.create(event, own)));
}

async function put(client: KubeClient, object: KubeObject): Promise<void> {
  const options = { ...own, fieldManager: 'scene', force: true };
  const { status, ...wanted } = object as KubeObject & { status?: unknown };
  await client.apply(wanted, options);
  if (status !== undefined)
    await client.apply(statusOf(object, status), { ...options, subresource: 'status' });
}

function statusOf(
  { apiVersion, kind, metadata: { name, namespace = '' } }: KubeObject,
  status: unknown,
): KubeObject {
  return { apiVersion, kind, metadata: { name, namespace }, ...{ status } };
}

async function clear(client: KubeClient, namespaces: string[]): Promise<void> {
  const ours = kinds.map(({ group, kind, version }): [string, string] => [`${group}/${version}`, kind]);
  const clearKind = async ([apiVersion, kind]: [string, string]) => {
    const { items } = await client.listAll(apiVersion, kind, own);
    const here = items.filter(({ metadata }) => namespaces.includes(metadata.namespace ?? ''));
    await Promise.all(here.map(item => gone(client.delete(refOf({ ...item, apiVersion, kind }), own))));
  };
  await Promise.all([...ours, ...traces].map(clearKind));
}

/** Without a controller of namespaces the API server waits for somebody to say that one is empty. */
async function forget(client: KubeClient, name: string): Promise<void> {
  await gone(client.delete({ apiVersion: 'v1', kind: 'Namespace', name }, own));
  const body = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
    spec: { finalizers: [] },
  });
  await gone(client.transport.send({ method: 'PUT', path: `/api/v1/namespaces/${name}/finalize`, body }));
}

async function gone(deletion: Promise<unknown>): Promise<void> {
  await deletion.catch(error => {
    if (!isNotFound(error)) throw error;
  });
}
