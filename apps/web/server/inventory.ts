import { names } from '@millrace/api';
import { refOfEntry } from '@millrace/applier';
import { isObject, type Json } from '@millrace/json';
import {
  asJson,
  at,
  groupOf,
  healthOf,
  isForbidden,
  isNotFound,
  type KubeObject,
  type ObjectRef,
} from '@millrace/kube';
import type { Applied } from '../model/look.ts';
import { nameOfKind } from './named-kind.ts';
import { releasedBy } from './released.ts';
import type { Viewer } from './viewer.ts';

const most = { applied: 1000, atOnce: 8 };
/** From so many objects of a kind and namespace on, they are listed instead of asked for one by one. */
const worthAList = 3;

/** How many objects an inventory has that are not looked at: there are too many. */
export function leftOf(object: KubeObject): number {
  const inventory = at(asJson(object), 'status', 'inventory');
  const entries = isObject(inventory) ? inventory.entries : inventory;
  return Array.isArray(entries) ? Math.max(0, entries.length - most.applied) : 0;
}

/** What an object has applied, or released, or made. Objects of another cluster are named with no `kind` to go to. */
export function inventoryOf(object: KubeObject): ObjectRef[] {
  const inventory = at(asJson(object), 'status', 'inventory');
  if (Array.isArray(inventory)) return inventory.slice(0, most.applied).flatMap(artifactMade);
  const entries = isObject(inventory) ? inventory.entries : undefined;
  if (!Array.isArray(entries)) return [];
  return entries.slice(0, most.applied).flatMap(entry => {
    const { id, v } = isObject(entry) ? entry : {};
    const ref = typeof id === 'string' && typeof v === 'string' ? refOfEntry({ id, v }) : undefined;
    return ref ? [ref] : [];
  });
}

/** An ArtifactGenerator lists what it has made by name. */
function artifactMade(entry: Json): ObjectRef[] {
  const { name, namespace } = isObject(entry) ? entry : {};
  if (typeof name !== 'string' || typeof namespace !== 'string') return [];
  return [{ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'ExternalArtifact', name, namespace }];
}

/** Whether it applies to another cluster, which nobody here can look into. */
export function appliesElsewhere(object: KubeObject): boolean {
  return isObject(at(asJson(object), 'spec', 'kubeConfig'));
}

/** The labels that everything carries which a Kustomization or a HelmRelease has applied. */
export function labelsOfOwner({ kind, metadata: { name, namespace = '' } }: KubeObject): string {
  const [byName, byNamespace] =
    kind === 'HelmRelease'
      ? [names.releaseName, names.releaseNamespace]
      : [names.ownerName, names.ownerNamespace];
  return `${byName}=${name},${byNamespace}=${namespace}`;
}

/** How each object of an inventory is, as the viewer may see it; in the order of the inventory. */
export async function appliedBy(viewer: Viewer, owner: KubeObject, signal: AbortSignal): Promise<Applied[]> {
  const isKept = at(asJson(owner), 'status', 'inventory') !== undefined;
  const refs =
    owner.kind === 'HelmRelease' && !isKept
      ? (await releasedBy(viewer, owner, signal)).slice(0, most.applied)
      : inventoryOf(owner);
  if (appliesElsewhere(owner)) return refs.map(ref => told(ref, 'Unknown', 'it is in another cluster'));
  const found = new Map<ObjectRef, Applied>();
  const groups = Map.groupBy(
    refs,
    ({ apiVersion, kind, namespace = '' }) => `${apiVersion} ${kind} ${namespace}`,
  );
  await inPortions(groups.values(), async group => {
    const listed = group.length < worthAList ? undefined : await listOf(viewer, owner, group[0]!, signal);
    await inPortions(group, async ref => {
      const object = listed?.get(ref.name);
      found.set(ref, object ? healthy(ref, object) : await healthAt(viewer, ref, signal));
    });
  });
  return refs.map(ref => found.get(ref)!);
}

/** Those of one kind and namespace that carry the owner's labels, by name; undefined for whom may not list them. */
async function listOf(
  { client, as }: Viewer,
  owner: KubeObject,
  { apiVersion, kind, namespace }: ObjectRef,
  signal: AbortSignal,
): Promise<Map<string, KubeObject> | undefined> {
  // What is in it nobody needs to know: it is well when it is there.
  const metadataOnly = apiVersion === 'v1' && (kind === 'Secret' || kind === 'ConfigMap');
  const options = {
    namespace,
    labelSelector: labelsOfOwner(owner),
    metadataOnly,
    limit: most.applied,
    signal,
    as,
  };
  try {
    const { items } = await client.list(apiVersion, kind, options);
    return new Map(items.map(item => [item.metadata.name, item]));
  } catch (error) {
    if (isForbidden(error) || isNotFound(error) || (error as Error).name === 'NoMatchError') return undefined;
    throw error;
  }
}

async function healthAt({ client, as }: Viewer, ref: ObjectRef, signal: AbortSignal): Promise<Applied> {
  try {
    return healthy(ref, await client.get(ref, { as, signal }));
  } catch (error) {
    if (isNotFound(error)) return told(ref, 'NotFound', 'it is not in the cluster');
    return told(ref, 'Unknown', (error as Error).message);
  }
}

function healthy(ref: ObjectRef, object: KubeObject): Applied {
  const { status, message } = healthOf({ ...object, apiVersion: ref.apiVersion, kind: ref.kind });
  return { ...told(ref, status, message), uid: object.metadata.uid ?? '' };
}

function told(
  { apiVersion, kind, namespace = '', name }: ObjectRef,
  health: Applied['health'],
  message: string,
): Applied {
  return { kind: nameOfKind(groupOf(apiVersion), kind), namespace, name, health, message, uid: '' };
}

async function inPortions<T>(all: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const left = Iterator.from(all);
  const worker = async () => {
    for (const one of left) await work(one);
  };
  await Promise.all(Array.from({ length: most.atOnce }, worker));
}
