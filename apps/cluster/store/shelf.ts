import type { Entry } from './entry.ts';
import { compareNamespaces, comparePlaces, withChanges } from './order.ts';

/** The entries of one resource by namespace and name, in order when asked for. */
export class Shelf {
  size = 0;
  readonly #namespaces = new Map<string, Map<string, Entry>>();
  readonly #sorted = new Map<string, readonly Entry[]>();
  /** By namespace, the places that changed since it was sorted, with what stands there now. */
  readonly #changes = new Map<string, Map<string, Entry | undefined>>();
  #all: readonly Entry[] | undefined;

  get(namespace: string, name: string): Entry | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  put(entry: Entry): void {
    let names = this.#namespaces.get(entry.namespace);
    if (!names) this.#namespaces.set(entry.namespace, (names = new Map()));
    if (!names.has(entry.name)) this.size++;
    names.set(entry.name, entry);
    this.#changed(entry.namespace, entry.name, entry);
  }

  remove({ namespace, name }: Entry): void {
    const names = this.#namespaces.get(namespace);
    if (!names?.delete(name)) return;
    this.size--;
    if (names.size === 0) this.#namespaces.delete(namespace);
    this.#changed(namespace, name, undefined);
  }

  /** Ordered by namespace, then name. Each answer stays as it is. */
  list(namespace?: string): readonly Entry[] {
    if (namespace !== undefined) return this.#inNamespace(namespace);
    this.#all ??= [...this.#namespaces.keys()]
      .sort(compareNamespaces)
      .flatMap(name => this.#inNamespace(name));
    return this.#all;
  }

  #inNamespace(namespace: string): readonly Entry[] {
    const known = this.#sorted.get(namespace);
    const changes = this.#changes.get(namespace);
    if (known && !changes) return known;
    const names = this.#namespaces.get(namespace);
    this.#forget(namespace);
    if (!names) return [];
    const sorted =
      known && changes
        ? withChanges(
            known,
            Array.from(changes, ([name, entry]) => ({ namespace, name, entry })),
          )
        : [...names.values()].sort(comparePlaces);
    this.#sorted.set(namespace, sorted);
    return sorted;
  }

  #changed(namespace: string, name: string, entry: Entry | undefined): void {
    this.#all = undefined;
    const sorted = this.#sorted.get(namespace);
    if (!sorted) return;
    let changes = this.#changes.get(namespace);
    if (!changes) this.#changes.set(namespace, (changes = new Map()));
    changes.set(name, entry);
    // Where most is new there is nothing to keep the order of.
    if (changes.size > sorted.length) this.#forget(namespace);
  }

  #forget(namespace: string): void {
    this.#sorted.delete(namespace);
    this.#changes.delete(namespace);
  }
}
