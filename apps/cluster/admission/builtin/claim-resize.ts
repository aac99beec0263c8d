import type { JsonObject } from '@millrace/json';
import type { Api } from '../../api/api.ts';
import { textAt, valueAt } from '../../api/tree.ts';
import { read } from '../../store/entry.ts';
import { parseQuantity } from './quantity.ts';
import { type Plugin, refusal } from './review.ts';

/** https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims */
export const claimResize: Plugin = {
  name: 'PersistentVolumeClaimResize',
  validateChange(arrival, old) {
    const size = (claim: JsonObject) =>
      parseQuantity(textAt(claim, 'spec', 'resources', 'requests', 'storage') || '0').nano;
    if (size(arrival.object) <= size(old) || textAt(old, 'status', 'phase') !== 'Bound') return;
    if (expands(arrival.api, textAt(arrival.object, 'spec', 'storageClassName'))) return;
    const why =
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
    throw refusal(arrival, why);
  },
};

function expands(api: Api, name: string): boolean {
  const storageClass = api.store.get('storage.k8s.io/storageclasses', '', name);
  return storageClass !== undefined && valueAt(read(storageClass), 'allowVolumeExpansion') === true;
}
