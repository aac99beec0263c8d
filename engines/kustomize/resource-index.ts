import type { Resource } from './resource.ts';

/** Resources by keys of which each may have several, in the order in which they were added. */
export class ResourceIndex {
  readonly #keysOf: (resource: Resource) => readonly string[];
  readonly #byKey = new Map<string, Resource[]>();

  constructor(resources: readonly Resource[], keysOf: (resource: Resource) => readonly string[]) {
    this.#keysOf = keysOf;
    for (const resource of resources) this.add(resource);
  }

  get(key: string): readonly Resource[] {
    return this.#byKey.get(key) ?? [];
  }

  groups(): Iterable<readonly Resource[]> {
    return this.#byKey.values();
  }

  /** Puts a resource with the same keys in the place of another. */
  replace(old: Resource, by: Resource): void {
    for (const key of new Set(this.#keysOf(old))) {
      const same = this.#byKey.get(key)!;
      same[same.indexOf(old)] = by;
    }
  }

  add(resource: Resource): void {
    for (const key of new Set(this.#keysOf(resource))) {
      const same = this.#byKey.get(key);
      if (same === undefined) this.#byKey.set(key, [resource]);
      else same.push(resource);
    }
  }
}
