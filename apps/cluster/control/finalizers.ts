import { childOf, listAt } from '../api/tree.ts';
import type { Entry } from '../store/entry.ts';
import type { Component } from './component.ts';
import type { ControlPlane } from './control-plane.ts';

/** Take a finalizer from an object as it is now; nothing happens when the object or the finalizer is gone. */
export function dropFinalizer(
  plane: ControlPlane,
  by: Component,
  { resource: storage, namespace, name }: Entry,
  finalizer: string,
): void {
  const resource = plane.api.registry.stored(storage);
  const current = plane.api.store.get(storage, namespace, name);
  if (!resource || !current?.json.includes(finalizer)) return;
  plane.change(by, { resource, namespace, name, subresource: '' }, object => {
    const metadata = childOf(object, 'metadata');
    const left = listAt(metadata, 'finalizers').filter(each => each !== finalizer);
    if (left.length > 0) metadata.finalizers = left;
    else delete metadata.finalizers;
    return object;
  });
}
