import { BuildError } from './build-error.ts';
import { idKey, printId, type Resource, type ResourceId } from './resource.ts';

/** The resources of a build in their order, found by id without a search through all of them. */
export class ResourceList {
  #resources: Resource[];
  #byCurrentId: Map<string, Resource[]> | undefined;
  #byAnyId: Map<string, Resource[]> | undefined;

  constructor(resources: Resource[] = []) {
    this.#resources = resources;
  }

  get resources(): readonly Resource[] {
    return this.#resources;
  }

  /** Adds one resource; its id must be new. */
  append(resource: Resource): void {
    const key = idKey(resource.id);
    const index = this.#currentIds();
    const same = index.get(key)?.[0];
    if (same !== undefined) {
      throw new BuildError(
        `is there already${same.place.file === undefined ? '' : `, from ${same.place.file}`}; a build may hold each object once`,
        { ...resource.place, resource: printId(resource.id) },
      );
    }
    index.set(key, [resource]);
    this.#resources.push(resource);
    this.#byAnyId = undefined;
  }

  replace(old: Resource, by: Resource): void {
    this.#resources[this.#resources.indexOf(old)] = by;
    this.idsChanged();
  }

  /** Keeps the resources for which `keep` holds. */
  filter(keep: (resource: Resource) => boolean): void {
    this.#resources = this.#resources.filter(keep);
    this.idsChanged();
  }

  set(resources: Resource[]): void {
    this.#resources = resources;
    this.idsChanged();
  }

  /** To be called when ids may have changed. */
  idsChanged(): void {
    this.#byCurrentId = undefined;
    this.#byAnyId = undefined;
  }

  withCurrentId(id: ResourceId): readonly Resource[] {
    return this.#currentIds().get(idKey(id)) ?? [];
  }

  /** Resources that have, or had at some step, this id. */
  withAnyId(id: ResourceId): readonly Resource[] {
    this.#byAnyId ??= index(this.#resources, resource => [...resource.previousIds, resource.id]);
    return this.#byAnyId.get(idKey(id)) ?? [];
  }

  /** Fails when two resources have come to have the same id. */
  requireUniqueIds(cause: string): void {
    for (const same of this.#currentIds().values()) {
      if (same.length < 2) continue;
      const from = same.map(resource => printId(resource.originalId)).join(' and ');
      throw new BuildError(`${cause} gives ${from} the same id`, { resource: printId(same[0]!.id) });
    }
  }

  #currentIds(): Map<string, Resource[]> {
    this.#byCurrentId ??= index(this.#resources, resource => [resource.id]);
    return this.#byCurrentId;
  }
}

function index(
  resources: readonly Resource[],
  ids: (resource: Resource) => ResourceId[],
): Map<string, Resource[]> {
  const found = new Map<string, Resource[]>();
  for (const resource of resources) {
    for (const key of new Set(ids(resource).map(idKey))) {
      const same = found.get(key);
      if (same === undefined) found.set(key, [resource]);
      else same.push(resource);
    }
  }
  return found;
}
