import type { JsonObject } from '@millrace/json';
import type { Api } from '../../api/api.ts';
import { childOf, listAt, objectAt, textAt, valueAt } from '../../api/tree.ts';
import { read } from '../../store/entry.ts';
import { type Plugin, refusal } from './review.ts';

/** The objects of a resource that are marked as default, the youngest first. */
function marked(api: Api, storage: string, annotation: string): JsonObject[] {
  const born = (object: JsonObject) => textAt(object, 'metadata', 'creationTimestamp');
  const name = (object: JsonObject) => textAt(object, 'metadata', 'name');
  return api.store
    .list(storage)
    .filter(entry => entry.json.includes(annotation))
    .map(read)
    .filter(object => textAt(object, 'metadata', 'annotations', annotation) === 'true')
    .sort((a, b) => (born(a) === born(b) ? (name(a) < name(b) ? -1 : 1) : born(a) < born(b) ? 1 : -1));
}

/** https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass */
export const defaultStorageClass: Plugin = {
  name: 'DefaultStorageClass',
  admit({ api, object }) {
    const spec = childOf(object, 'spec');
    const beta = 'volume.beta.kubernetes.io/storage-class';
    if (spec.storageClassName !== undefined || valueAt(object, 'metadata', 'annotations', beta) !== undefined)
      return;
    const annotation = 'storageclass.kubernetes.io/is-default-class';
    const [found] = marked(api, 'storage.k8s.io/storageclasses', annotation);
    if (found) spec.storageClassName = textAt(found, 'metadata', 'name');
  },
};

/** https://kubernetes.io/docs/concepts/services-networking/ingress/#default-ingress-class */
export const defaultIngressClass: Plugin = {
  name: 'DefaultIngressClass',
  admit(arrival) {
    const { api, object } = arrival;
    const spec = childOf(object, 'spec');
    const old = 'kubernetes.io/ingress.class';
    if (spec.ingressClassName !== undefined || valueAt(object, 'metadata', 'annotations', old) !== undefined)
      return;
    const annotation = 'ingressclass.kubernetes.io/is-default-class';
    const [found] = marked(api, 'networking.k8s.io/ingressclasses', annotation);
    if (found) spec.ingressClassName = textAt(found, 'metadata', 'name');
  },
};

/** https://kubernetes.io/docs/concepts/containers/runtime-class/ */
export const runtimeClass: Plugin = {
  name: 'RuntimeClass',
  admit(arrival) {
    const spec = childOf(arrival.object, 'spec');
    const name = textAt(spec, 'runtimeClassName');
    if (name === '') return;
    const entry = arrival.api.store.get('node.k8s.io/runtimeclasses', '', name);
    if (!entry) throw refusal(arrival, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
    const found = read(entry);
    const overhead = valueAt(found, 'overhead', 'podFixed');
    if (overhead !== undefined) spec.overhead ??= overhead;
    const selector = objectAt(found, 'scheduling', 'nodeSelector');
    if (Object.keys(selector).length > 0)
      spec.nodeSelector = { ...objectAt(spec, 'nodeSelector'), ...selector };
    const tolerations = listAt(found, 'scheduling', 'tolerations');
    if (tolerations.length > 0) spec.tolerations = [...listAt(spec, 'tolerations'), ...tolerations];
  },
};

/** What is in use is deleted only when it is not any more; see control/storage-protection.ts. */
export const storageProtection: Plugin = {
  name: 'StorageObjectInUseProtection',
  admit({ target, object }) {
    const finalizer = protectionOf[target.resource.storage];
    if (!finalizer) return;
    const metadata = childOf(object, 'metadata');
    const finalizers = listAt(metadata, 'finalizers');
    if (!finalizers.includes(finalizer)) metadata.finalizers = [...finalizers, finalizer];
  },
};

/** https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection */
export const protectionOf: Readonly<Record<string, string>> = {
  '/persistentvolumeclaims': 'kubernetes.io/pvc-protection',
  '/persistentvolumes': 'kubernetes.io/pv-protection',
};
