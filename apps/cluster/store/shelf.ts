import type { Entry } from './entry.ts';

/** The entries of one resource by namespace and name, in order when asked for. */
export class Shelf {
  size = 0;
  readonly #namespaces = new Map<string, Map<string, Entry>>();
  readonly #sorted = new Map<string, Entry[]>();
  #all: Entry[] | undefined;

  constructor(entries: readonly Entry[] = []) {
    for (const entry of entries) this.put(entry);
  }

  get(namespace: string, name: string): Entry | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  put(entry: Entry): void {
    let names = this.#namespaces.get(entry.namespace);
    if (!names) this.#namespaces.set(entry.namespace, (names = new Map()));
    if (!names.has(entry.name)) this.size++;
    names.set(entry.name, entry);
    this.#changed(entry.namespace);
  }

  remove(entry: Entry): void {
    const names = this.#namespaces.get(entry.namespace);
    if (!names?.delete(entry.name)) return;
    this.size--;
    if (names.size === 0) this.#namespaces.delete(entry.namespace);
    this.#changed(entry.namespace);
  }

  /** Ordered by namespace, then name, as etcd's keys are. Kept until the next change. */
  list(namespace?: string): readonly Entry[] {
    if (namespace !== undefined) return this.#inNamespace(namespace);
    this.#all ??= [...this.#namespaces.keys()].sort().flatMap(name => this.#inNamespace(name));
    return this.#all;
  }

  #inNamespace(namespace: string): Entry[] {
    const known = this.#sorted.get(namespace);
    if (known) return known;
    const names = this.#namespaces.get(namespace);
    if (!names) return [];
    const sorted = [...names.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#sorted.set(namespace, sorted);
    return sorted;
  }

  #changed(namespace: string): void {
    this.#sorted.delete(namespace);
    this.#all = undefined;
  }
}
