import type { Json, JsonObject } from '@millrace/json';
import { type Labels, matchLabelSelector } from '../../api/label-selector.ts';
import { childOf, listAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';
import { type Entry, read } from '../../store/entry.ts';
import type { StoreEvent } from '../../store/history.ts';
import { controllerReference } from './owners.ts';
import { isTerminating } from './pod-control.ts';
import { Selected } from './selected.ts';
import type { World } from './world.ts';

/** What a controller goes by: the label selector of an owner. */
export function selectorOf(owner: JsonObject): Json | undefined {
  const selector = valueAt(owner, 'spec', 'selector');
  // That of a ReplicationController is the labels alone.
  return owner.kind === 'ReplicationController' ? { matchLabels: selector ?? {} } : selector;
}

/**
 * Takes what nobody owns for the owner that selects it, and lets go what an owner selects no longer: so the Pods of a
 * StatefulSet that was deleted with `--cascade=orphan` go on under the next one, and a Pod that is given another label
 * is replaced and can be looked at.
 * https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#non-template-pod-acquisitions
 */
export class Adoption {
  readonly #world: World;
  readonly #dependents: string;
  readonly #selected: Selected;
  /** Those without any owner, by their keys, in each namespace. */
  readonly #orphans = new Map<string, Set<string>>();

  /** Of objects of one resource by the owners of another. */
  constructor(world: World, dependents: string, owners: string) {
    this.#world = world;
    this.#dependents = dependents;
    this.#selected = new Selected(owners, selectorOf, dependents);
    const { store } = world.api;
    for (const entry of store.list(dependents)) this.#note(entry, false);
    store.subscribe(({ type, entry }) => {
      if (entry.resource === dependents) this.#note(entry, type === 'DELETED');
    });
  }

  #note(entry: Entry, isGone: boolean): void {
    let known = this.#orphans.get(entry.namespace);
    const isOrphan = !isGone && entry.owners.length === 0;
    if (!isOrphan) known?.delete(entry.name);
    else {
      if (!known) this.#orphans.set(entry.namespace, (known = new Set()));
      known.add(entry.name);
    }
  }

  /** The owners that an orphan may interest, for `World.reconcile`. */
  concerned(event: StoreEvent): readonly string[] {
    const isOrphan = event.entry.resource === this.#dependents && event.entry.owners.length === 0;
    return isOrphan && event.type !== 'DELETED' ? this.#selected.concerned(this.#world, event) : [];
  }

  /** Adopt and release for one owner; `fits` may keep it from taking what only has the labels. */
  settle(controller: World, owner: JsonObject, fits: (entry: Entry) => boolean = () => true): void {
    const selector = selectorOf(owner);
    const selects = ({ labels }: Entry) => matchLabelSelector(selector ?? {}, labels as Labels);
    for (const entry of controller.ownedEntries(this.#dependents, owner))
      if (!selects(entry)) this.#release(controller, entry, owner);
    if (isTerminating(owner)) return;
    const namespace = textAt(owner, 'metadata', 'namespace');
    for (const name of [...(this.#orphans.get(namespace) ?? [])]) {
      const entry = controller.api.store.get(this.#dependents, namespace, name);
      const isFree = entry && entry.owners.length === 0 && !entry.terminating;
      if (isFree && selects(entry) && fits(entry)) this.#adopt(controller, entry, owner);
    }
  }

  #adopt(controller: World, entry: Entry, owner: JsonObject): void {
    controller.change(this.#dependents, read(entry), current => {
      const metadata = childOf(current, 'metadata');
      metadata.ownerReferences = [...listAt(metadata, 'ownerReferences'), controllerReference(owner)];
      return current;
    });
  }

  #release(controller: World, entry: Entry, owner: JsonObject): void {
    const uid = valueAt(owner, 'metadata', 'uid');
    controller.change(this.#dependents, read(entry), current => {
      const metadata = childOf(current, 'metadata');
      const left = objectsAt(metadata, 'ownerReferences').filter(reference => reference.uid !== uid);
      if (left.length > 0) metadata.ownerReferences = left;
      else delete metadata.ownerReferences;
      return current;
    });
  }
}

/** The name of the owner that an orphan's name speaks of: `db` for `db-0`. */
export function isNamedBy(owner: JsonObject): (entry: Entry) => boolean {
  const prefix = `${textAt(owner, 'metadata', 'name')}-`;
  return ({ name }) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length));
}
