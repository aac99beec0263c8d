import type { Json, JsonObject } from '@millrace/json';
import { type Labels, labelMatcher } from '../../api/label-selector.ts';
import { type Entry, read } from '../../store/entry.ts';
import type { StoreEvent } from '../../store/history.ts';
import { keyOf, type World } from './world.ts';

/** Finds the objects that select another, mostly a Pod, by its labels, without reading each of them again every time. */
export class Selected {
  readonly #storage: string;
  /** The resource that is selected. */
  readonly #chosen: string;
  readonly #selectorOf: (object: JsonObject) => Json | undefined;
  readonly #known = new WeakMap<Entry, (labels: Labels) => boolean>();

  /** `selectorOf` gives a label selector, or nothing where the object selects no Pod. */
  constructor(storage: string, selectorOf: (object: JsonObject) => Json | undefined, selected = '/pods') {
    this.#storage = storage;
    this.#selectorOf = selectorOf;
    this.#chosen = selected;
  }

  /** For `World.reconcile`: those by which an object that changed is selected, or was. */
  concerned(world: World, { entry, previous }: StoreEvent): string[] {
    if (entry.resource !== this.#chosen) return [];
    const labels = [entry.labels, ...(previous ? [previous.labels] : [])];
    return world.api.store
      .list(this.#storage, entry.namespace)
      .filter(each => labels.some(own => this.#selects(each, own)))
      .map(keyOf);
  }

  #selects(entry: Entry, labels: Labels): boolean {
    let known = this.#known.get(entry);
    if (!known) this.#known.set(entry, (known = labelMatcher(this.#selectorOf(read(entry)))));
    return known(labels);
  }
}
