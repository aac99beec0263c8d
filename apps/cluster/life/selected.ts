import type { Json, JsonObject } from '@millrace/json';
import { type Labels, matchLabelSelector } from '../api/label-selector.ts';
import { type Entry, read } from '../store/entry.ts';
import type { StoreEvent } from '../store/history.ts';
import { keyOf, type World } from './world.ts';

/** Finds the objects that select a Pod by its labels, without reading each of them again for every Pod. */
export class Selected {
  readonly #storage: string;
  readonly #selectorOf: (object: JsonObject) => Json | undefined;
  readonly #known = new WeakMap<Entry, { readonly selector: Json | undefined }>();

  /** `selectorOf` gives a label selector, or nothing where the object selects no Pod. */
  constructor(storage: string, selectorOf: (object: JsonObject) => Json | undefined) {
    this.#storage = storage;
    this.#selectorOf = selectorOf;
  }

  /** For `World.reconcile`: those by which a Pod that changed is selected, or was. */
  concerned(world: World, { entry, previous }: StoreEvent): string[] {
    if (entry.resource !== '/pods') return [];
    const labels = [entry.labels, ...(previous ? [previous.labels] : [])];
    return world.api.store
      .list(this.#storage, entry.namespace)
      .filter(each => labels.some(own => this.#selects(each, own)))
      .map(keyOf);
  }

  #selects(entry: Entry, labels: Labels): boolean {
    let known = this.#known.get(entry);
    if (!known) this.#known.set(entry, (known = { selector: this.#selectorOf(read(entry)) }));
    return known.selector !== undefined && matchLabelSelector(known.selector, labels);
  }
}
