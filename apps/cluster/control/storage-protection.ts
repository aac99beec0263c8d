import { protectionOf } from '../admission/builtin/default-classes.ts';
import type { Api } from '../api/api.ts';
import { objectsAt, textAt } from '../api/tree.ts';
import { type Entry, read } from '../store/entry.ts';
import { componentOf } from './component.ts';
import type { ControlPlane } from './control-plane.ts';
import { dropFinalizer } from './finalizers.ts';

const protectors: Readonly<Record<string, string>> = {
  '/persistentvolumeclaims': 'pvc-protection-controller',
  '/persistentvolumes': 'pv-protection-controller',
};

const claims = '/persistentvolumeclaims';
const volumes = '/persistentvolumes';
const pods = '/pods';

/**
 * Let claims and volumes that are deleted go once nobody uses them.
 * https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection
 */
export function protectStorage(plane: ControlPlane): void {
  const { api } = plane;
  const release = (entry: Entry) => plane.persist(() => letGo(plane, entry));
  for (const storage of [claims, volumes])
    for (const entry of api.store.list(storage)) if (entry.terminating) release(entry);
  api.store.subscribe(({ type, entry }) => {
    if (entry.resource === pods) {
      if (type === 'DELETED' || hasEnded(entry)) for (const claim of claimsOf(api, entry)) release(claim);
    } else if (type !== 'DELETED' && entry.terminating && protectionOf[entry.resource]) release(entry);
  });
}

function letGo(plane: ControlPlane, entry: Entry): void {
  if (!entry.terminating) return;
  const isUsed = entry.resource === claims ? isMounted(plane.api, entry) : isBound(entry);
  const by = componentOf(protectors[entry.resource]!);
  if (!isUsed) dropFinalizer(plane, by, entry, protectionOf[entry.resource]!);
}

function isBound(volume: Entry): boolean {
  return textAt(read(volume), 'status', 'phase') === 'Bound';
}

function isMounted(api: Api, { namespace, name }: Entry): boolean {
  const mention = `"claimName":${JSON.stringify(name)}`;
  return api.store
    .list(pods, namespace)
    .some(
      pod => pod.json.includes(mention) && !hasEnded(pod) && textAt(read(pod), 'spec', 'nodeName') !== '',
    );
}

function hasEnded({ json }: Entry): boolean {
  return json.includes('"phase":"Succeeded"') || json.includes('"phase":"Failed"');
}

/** The terminating claims that a Pod has used. */
function claimsOf(api: Api, pod: Entry): Entry[] {
  if (!pod.json.includes('"claimName"')) return [];
  return objectsAt(read(pod), 'spec', 'volumes').flatMap(volume => {
    const name = textAt(volume, 'persistentVolumeClaim', 'claimName');
    const claim = name ? api.store.get(claims, pod.namespace, name) : undefined;
    return claim?.terminating ? [claim] : [];
  });
}
