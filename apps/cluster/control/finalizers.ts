import type { Api, WriteOptions } from '../api/api.ts';
import { childOf, listAt } from '../api/tree.ts';
import type { Entry } from '../store/entry.ts';
import { changeObject } from '../verbs/update.ts';

/** How the parts of the control plane write. */
export function asManager(manager: string): WriteOptions {
  return { manager, dryRun: false, fieldValidation: 'Ignore', warn() {} };
}

/** Take a finalizer from an object as it is now; nothing happens when the object or the finalizer is gone. */
export function dropFinalizer(
  api: Api,
  { resource: storage, namespace, name }: Entry,
  finalizer: string,
): void {
  const resource = api.registry.stored(storage);
  const current = api.store.get(storage, namespace, name);
  if (!resource || !current?.json.includes(finalizer)) return;
  changeObject(
    api,
    { resource, namespace, name, subresource: '' },
    object => {
      const metadata = childOf(object, 'metadata');
      const left = listAt(metadata, 'finalizers').filter(each => each !== finalizer);
      if (left.length > 0) metadata.finalizers = left;
      else delete metadata.finalizers;
      return object;
    },
    asManager('kube-controller-manager'),
  );
}
