import type { JsonObject } from '@millrace/json';
import { objectsAt, textAt } from '../../api/tree.ts';
import { read } from '../../store/entry.ts';
import type { StoreEvent } from '../../store/history.ts';

/** A reference by which a controller marks what it made. */
export function controllerReference(owner: JsonObject): JsonObject {
  return {
    apiVersion: owner.apiVersion!,
    kind: owner.kind!,
    name: textAt(owner, 'metadata', 'name'),
    uid: textAt(owner, 'metadata', 'uid'),
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function controllerOf(object: JsonObject): JsonObject | undefined {
  return objectsAt(object, 'metadata', 'ownerReferences').find(owner => owner.controller === true);
}

/** For `World.reconcile`: changes of objects of one resource concern their controller of a kind. */
export function byController(storage: string, kind: string): (event: StoreEvent) => readonly string[] {
  return ({ entry }) => {
    if (entry.resource !== storage || entry.owners.length === 0) return [];
    const owner = controllerOf(read(entry));
    return owner?.kind === kind ? [`${entry.namespace}/${textAt(owner, 'name')}`] : [];
  };
}
