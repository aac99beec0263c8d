import { builtInResources, compareVersions, groupOrder, type ServedApis } from './built-in.ts';
import { groupVersion, type Resource } from './resource.ts';

/** A group with the versions it serves, the preferred one first. */
export interface Group {
  readonly name: string;
  readonly versions: readonly { readonly version: string; readonly resources: readonly Resource[] }[];
}

function rankOf(group: string): number {
  const rank = groupOrder.indexOf(group);
  return rank < 0 ? groupOrder.length : rank;
}

/** Every resource that the API serves at the moment: the built-in ones and those that definitions added. */
export class Registry {
  /** Grows with every change, so that documents made from the registry know when they are stale. */
  edition = 1;
  readonly #byPath = new Map<string, Resource>();
  readonly #builtIn: ReadonlySet<string>;
  readonly #byKind = new Map<string, Resource>();
  readonly #byStorage = new Map<string, Resource>();
  readonly #custom = new Map<string, readonly Resource[]>();
  #groups: Group[] | undefined;

  constructor(apis?: ServedApis) {
    const builtIn = builtInResources(apis);
    for (const resource of builtIn) this.#add(resource);
    this.#builtIn = new Set(builtIn.map(({ group }) => group));
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return this.#byPath.get(`${groupVersion({ group, version })}/${plural}`);
  }

  findKind(group: string, version: string, kind: string): Resource | undefined {
    return this.#byKind.get(`${groupVersion({ group, version })}/${kind}`);
  }

  /** A version of a kind, served or not: managers of objects may be of one that is served no more. */
  findVersion(group: string, version: string, kind: string): Resource | undefined {
    const served = this.findKind(group, version, kind);
    if (served) return served;
    for (const resources of this.#custom.values()) {
      const found = resources.find(
        each => each.group === group && each.version === version && each.kind === kind,
      );
      if (found) return found;
    }
    return undefined;
  }

  /** True for a kind that a definition added. */
  isCustom({ group, version, kind }: Pick<Resource, 'group' | 'version' | 'kind'>): boolean {
    return this.findKind(group, version, kind)?.custom !== undefined;
  }

  /** True for a group that a plain Kubernetes serves. */
  isBuiltIn(group: string): boolean {
    return this.#builtIn.has(group);
  }

  /** The resource in the version in which the store keeps it. */
  stored(storage: string): Resource | undefined {
    return this.#byStorage.get(storage);
  }

  /** The core group first, the rest by name. */
  groups(): readonly Group[] {
    if (this.#groups) return this.#groups;
    const groups = new Map<string, Map<string, Resource[]>>();
    for (const resource of this.#byPath.values()) {
      const versions = groups.get(resource.group) ?? new Map<string, Resource[]>();
      groups.set(resource.group, versions);
      versions.set(resource.version, [...(versions.get(resource.version) ?? []), resource]);
    }
    this.#groups = [...groups]
      .sort(([a], [b]) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1))
      .map(([name, versions]) => ({
        name,
        versions: [...versions]
          .sort(([a], [b]) => compareVersions(a, b))
          .map(([version, resources]) => ({ version, resources })),
      }));
    return this.#groups;
  }

  /** Serve what a definition says from now on; none to serve nothing of it any more. */
  define(definition: string, resources: readonly Resource[]): void {
    for (const old of this.#custom.get(definition) ?? []) this.#remove(old);
    if (resources.length > 0) this.#custom.set(definition, resources);
    else this.#custom.delete(definition);
    for (const resource of resources) this.#add(resource);
    this.edition++;
    this.#groups = undefined;
  }

  #add(resource: Resource): void {
    if (resource.served) {
      this.#byPath.set(`${groupVersion(resource)}/${resource.resource}`, resource);
      this.#byKind.set(`${groupVersion(resource)}/${resource.kind}`, resource);
    }
    const own = `${resource.group}/${resource.resource}` === resource.storage;
    if (own && resource.version === resource.storageVersion) this.#byStorage.set(resource.storage, resource);
  }

  #remove(resource: Resource): void {
    this.#byPath.delete(`${groupVersion(resource)}/${resource.resource}`);
    this.#byKind.delete(`${groupVersion(resource)}/${resource.kind}`);
    if (this.#byStorage.get(resource.storage) === resource) this.#byStorage.delete(resource.storage);
  }
}
