import { BuildError } from './build-error.ts';
import { idKey, printId, type Resource, type ResourceId } from './resource.ts';
import { ResourceIndex } from './resource-index.ts';

/** What the resources that are sought are surely called, or of what kind they surely are; '' where that is open. */
export interface Hint {
  name: string;
  kind: string;
}

/** The resources of a build in their order, found by id, name or kind without a search through all of them. */
export class ResourceList {
  #resources: Resource[];
  #byCurrentId: ResourceIndex | undefined;
  #byAnyId: ResourceIndex | undefined;
  #byName: ResourceIndex | undefined;
  #byKind: ResourceIndex | undefined;

  constructor(resources: Resource[] = []) {
    this.#resources = resources;
  }

  get resources(): readonly Resource[] {
    return this.#resources;
  }

  /** Adds one resource; its id must be new. */
  append(resource: Resource): void {
    const index = this.#currentIds();
    const same = index.get(idKey(resource.id))[0];
    if (same !== undefined) {
      throw new BuildError(
        `is there already${same.place.file === undefined ? '' : `, from ${same.place.file}`}; a build may hold each object once`,
        { ...resource.place, resource: printId(resource.id) },
      );
    }
    this.#resources.push(resource);
    for (const known of [index, this.#byAnyId, this.#byName, this.#byKind]) known?.add(resource);
  }

  /** Puts a resource in the place of another; the two have the same ids. */
  replace(old: Resource, by: Resource): void {
    this.#resources[this.#resources.indexOf(old)] = by;
    for (const known of [this.#byCurrentId, this.#byAnyId, this.#byName, this.#byKind])
      known?.replace(old, by);
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
    this.#byName = undefined;
    this.#byKind = undefined;
  }

  withCurrentId(id: ResourceId): readonly Resource[] {
    return this.#currentIds().get(idKey(id));
  }

  /** Resources that have, or had at some step, this id. */
  withAnyId(id: ResourceId): readonly Resource[] {
    this.#byAnyId ??= new ResourceIndex(this.#resources, resource => resource.allIds.map(idKey));
    return this.#byAnyId.get(idKey(id));
  }

  /** All resources that have or had the name and the kind of the hint, and perhaps others, in order. */
  candidates({ name, kind }: Hint): readonly Resource[] {
    if (name !== '') {
      this.#byName ??= new ResourceIndex(this.#resources, resource => resource.allIds.map(id => id.name));
      return this.#byName.get(name);
    }
    if (kind === '') return this.#resources;
    this.#byKind ??= new ResourceIndex(this.#resources, resource => resource.allIds.map(id => id.kind));
    return this.#byKind.get(kind);
  }

  /** Fails when two resources have come to have the same id. */
  requireUniqueIds(cause: string): void {
    for (const same of this.#currentIds().groups()) {
      if (same.length < 2) continue;
      const from = same.map(resource => printId(resource.originalId)).join(' and ');
      throw new BuildError(`${cause} gives ${from} the same id`, { resource: printId(same[0]!.id) });
    }
  }

  #currentIds(): ResourceIndex {
    this.#byCurrentId ??= new ResourceIndex(this.#resources, resource => [idKey(resource.id)]);
    return this.#byCurrentId;
  }
}
