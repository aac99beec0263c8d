import { groupOf } from '@millrace/kube';
import { ReleaseNotFound, recordsIn, resourcesIn } from '@millrace/releases';
import { findKind } from '../resources/catalog.ts';
import type { InventoryId } from '../resources/inventory-id.ts';
import { numberAt, type Resource, textAt } from '../resources/resource.ts';
import { one } from './select.ts';
import type { Session } from './session.ts';

/** The objects of the release that a HelmRelease has: of its newest record, and its definitions. None where there is no record. */
export async function releasedBy(session: Session, id: InventoryId): Promise<InventoryId[]> {
  const { client, signal } = session;
  const release = await one(session, findKind('HelmRelease')!, id);
  const at = (...path: string[]) => textAt(release.object, ...path);
  const storage = at('status', 'storageNamespace');
  const name = at('status', 'history', '0', 'name');
  const isElsewhere =
    at('spec', 'kubeConfig', 'secretRef', 'name') || at('spec', 'kubeConfig', 'configMapRef', 'name');
  if (storage === '' || name === '' || isElsewhere) return [];
  const records = recordsIn({ client, as: 'own', namespace: storage, signal });
  const version = numberAt(release.object, 'status', 'history', '0', 'version');
  const record = await records.get(name, version).catch(error => {
    if (error instanceof ReleaseNotFound) return undefined;
    throw error;
  });
  if (!record) return [];
  const resources = await resourcesIn(record.manifest, { client, namespace: record.namespace });
  const objects = resources.map(({ ref: { apiVersion, kind, name, namespace = '' } }) => ({
    group: groupOf(apiVersion),
    kind,
    name,
    namespace,
  }));
  return [...objects, ...(await definitionsOf(session, release, objects))];
}

/** Those that are installed beside the release, by the labels that helm-controller gives them. */
async function definitionsOf(
  { client, signal }: Session,
  release: Resource,
  known: InventoryId[],
): Promise<InventoryId[]> {
  const installs = ['install', 'upgrade'].some(action => {
    const policy = textAt(release.object, 'spec', action, 'crds');
    return policy !== '' && policy !== 'Skip';
  });
  if (!installs) return [];
  const [group, kind] = ['apiextensions.k8s.io', 'CustomResourceDefinition'];
  const labelSelector = `helm.toolkit.fluxcd.io/name=${release.name},helm.toolkit.fluxcd.io/namespace=${release.namespace}`;
  const { items } = await client.listAll(`${group}/v1`, kind, { labelSelector, signal, as: 'own' });
  return items
    .map(({ metadata: { name } }) => ({ group, kind, name, namespace: '' }))
    .filter(({ name }) => !known.some(other => other.kind === kind && other.name === name));
}
