import { isObject } from '@millrace/json';
import { asJson, at, type KubeObject, type ObjectRef } from '@millrace/kube';
import { recordsIn, resourcesIn } from '@millrace/releases';
import type { Viewer } from './viewer.ts';

/**
 * The objects of the release that a HelmRelease has, from what helm has stored: controllers before Flux 2.8 keep no
 * inventory. None for whom may not read that, or where it cannot be read.
 */
export async function releasedBy(
  { client, as }: Viewer,
  hr: KubeObject,
  signal: AbortSignal,
): Promise<ObjectRef[]> {
  const [name, version] = ['name', 'version'].map(field => newest(hr, field));
  const namespace = at(asJson(hr), 'status', 'storageNamespace');
  if (typeof name !== 'string' || typeof version !== 'number' || typeof namespace !== 'string') return [];
  try {
    const release = await recordsIn({ client, as, namespace, signal }).get(name, version);
    const resources = await resourcesIn(release.manifest, { client, namespace: release.namespace });
    return resources.map(({ ref }) => ref);
  } catch {
    signal.throwIfAborted();
    return [];
  }
}

function newest(hr: KubeObject, field: string) {
  const history = at(asJson(hr), 'status', 'history');
  const [snapshot] = Array.isArray(history) ? history : [];
  return isObject(snapshot) ? snapshot[field] : undefined;
}
