import type { JsonObject } from '@millrace/json';
import type { Api } from '../api/api.ts';
import type { Entry } from '../store/entry.ts';
import { deleteObject } from '../verbs/delete.ts';
import { changeObject } from '../verbs/update.ts';
import { asManager } from './finalizers.ts';
import { withRemaining } from './namespace-conditions.ts';

const storage = '/namespaces';

/**
 * Empty the namespaces that are being deleted, then let them go.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
 */
export function emptyNamespaces(api: Api): void {
  for (const entry of api.store.list(storage)) if (entry.terminating) empty(api, entry);
  api.store.subscribe(({ type, entry }) => {
    if (entry.resource === storage) {
      if (type !== 'DELETED' && entry.terminating) empty(api, entry);
      return;
    }
    if (type !== 'DELETED' || entry.namespace === '') return;
    const namespace = api.store.get(storage, '', entry.namespace);
    if (namespace?.terminating) empty(api, namespace);
  });
}

function empty(api: Api, { name: namespace }: Entry): void {
  const left: Entry[] = [];
  for (const resources of api.store.resources()) {
    const resource = api.registry.stored(resources);
    if (!resource?.namespaced) continue;
    for (const { name, terminating } of api.store.list(resources, namespace)) {
      const target = { resource, namespace, name, subresource: '' };
      if (!terminating) deleteObject(api, target, { dryRun: false, propagation: 'Background' });
      const remaining = api.store.get(resources, namespace, name);
      if (remaining) left.push(remaining);
    }
  }
  const target = { resource: api.registry.stored(storage)!, namespace: '', name: namespace };
  if (left.length === 0) {
    const finalize = (object: JsonObject) => ({ ...object, spec: {} });
    changeObject(api, { ...target, subresource: 'finalize' }, finalize, asManager('kube-controller-manager'));
  } else {
    const report = (object: JsonObject) => withRemaining(object, left, api);
    changeObject(api, { ...target, subresource: 'status' }, report, asManager('kube-controller-manager'));
  }
}
