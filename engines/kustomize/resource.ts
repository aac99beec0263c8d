import { isObject, type JsonObject, put } from '@millrace/json';
import type { Place } from './build-error.ts';
import { type Gvk, gvkOf, isClusterScoped, printGvk } from './gvk.ts';
import type { Spellings } from './spellings.ts';

/** What names a resource: type, name and namespace ('' where none is given). */
export interface ResourceId extends Gvk {
  name: string;
  namespace: string;
}

/** What a generator asks of the resource that it made. */
export type Behavior = 'create' | 'replace' | 'merge';

interface PreviousId {
  kind: string;
  name: string;
  namespace: string;
}

/** For maps of an object, the keys that were written with nothing behind them. */
export type EmptyKeys = Map<JsonObject, Set<string>>;

/** An object on its way through a build, with the history that references are resolved by. */
export class Resource {
  object: JsonObject;
  /** The file (and line) that it came from. */
  readonly place: Place;
  /** Earlier names, oldest first; the first is the one that it was loaded with. */
  previous: PreviousId[] = [];
  prefixes: string[] = [];
  suffixes: string[] = [];
  needsHash = false;
  /** Made by a generator of the kustomization, not read from a file. */
  isGenerated = false;
  behavior: Behavior = 'create';
  /** Keys of its maps behind which nothing was written; a strategic merge drops them. */
  emptyKeys: EmptyKeys | undefined;
  /** How scalars of its file were written, where that is not how they are printed. */
  spellings: Spellings | undefined;
  /** Names of the vars that read a field of this resource. */
  vars: string[] = [];

  constructor(object: JsonObject, place: Place = {}) {
    this.object = object;
    this.place = place;
  }

  get kind(): string {
    return text(this.object.kind);
  }

  get apiVersion(): string {
    return text(this.object.apiVersion);
  }

  get name(): string {
    return text(this.#metadata.name);
  }

  set name(name: string) {
    this.metadata().name = name;
  }

  get namespace(): string {
    return text(this.#metadata.namespace);
  }

  get labels(): JsonObject {
    return isObject(this.#metadata.labels) ? this.#metadata.labels : {};
  }

  get annotations(): JsonObject {
    return isObject(this.#metadata.annotations) ? this.#metadata.annotations : {};
  }

  get gvk(): Gvk {
    return gvkOf(this.apiVersion, this.kind);
  }

  get id(): ResourceId {
    return { ...this.gvk, name: this.name, namespace: this.namespace };
  }

  get originalId(): ResourceId {
    return this.previousIds[0] ?? this.id;
  }

  /** Earlier ids, oldest first. Group and version are those of today: kustomize stores none. */
  get previousIds(): ResourceId[] {
    if (this.previous.length === 0) return [];
    const { group, version } = this.gvk;
    return this.previous.map(id => ({ group, version, ...id }));
  }

  /** Earlier ids, then the present one. */
  get allIds(): ResourceId[] {
    return [...this.previousIds, this.id];
  }

  /** Remembers the present id, before something changes it. */
  rememberId(): void {
    const { kind, name } = this;
    this.previous.push({ kind, name, namespace: effectiveNamespace(this.id) });
  }

  /** The metadata map, made if it is missing. */
  metadata(): JsonObject {
    if (!isObject(this.object.metadata)) this.object.metadata = {};
    return this.object.metadata as JsonObject;
  }

  setAnnotation(key: string, value: string): void {
    const metadata = this.metadata();
    if (!isObject(metadata.annotations)) metadata.annotations = {};
    put(metadata.annotations as JsonObject, key, value);
  }

  removeAnnotation(key: string): void {
    const { annotations } = this.#metadata;
    if (!isObject(annotations)) return;
    delete annotations[key];
    if (Object.keys(annotations).length === 0) delete this.#metadata.annotations;
  }

  get #metadata(): JsonObject {
    return isObject(this.object.metadata) ? this.object.metadata : {};
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : value === null || value === undefined ? '' : String(value);
}

const outsideNamespaces = '_non_namespaceable_';

/** The namespace that ids are compared by: no namespace means `default`, a cluster-scoped kind has its own. */
export function effectiveNamespace(id: ResourceId): string {
  if (isClusterScoped(id)) return outsideNamespaces;
  return id.namespace === '' ? 'default' : id.namespace;
}

/** A key that is equal for ids that kustomize takes for equal. */
export function idKey(id: ResourceId): string {
  return `${id.group}/${id.version}/${id.kind}/${id.name}/${effectiveNamespace(id)}`;
}

/** An id as kustomize prints it: `Kind.version.group/name.namespace`. */
export function printId(id: ResourceId): string {
  return `${printGvk(id)}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`;
}
