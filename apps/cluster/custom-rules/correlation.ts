import { equal, isObject, type Json, type JsonObject } from '@millrace/json';
import { listAt } from '../api/tree.ts';

/**
 * What a value was before, as far as the schema says which old value it comes from. A rule that an unchanged value
 * breaks is forgiven: it was broken before.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-ratcheting
 */
export class Correlation {
  readonly #value: Json;
  readonly #old: Json | undefined;
  /** Of a value that nothing is known of: the nearest that it lies in. */
  readonly #parent: Correlation | undefined;
  #unchanged: boolean | undefined;

  constructor(value: Json, old: Json | undefined, parent?: Correlation) {
    this.#value = value;
    this.#old = old;
    this.#parent = parent;
  }

  get isUnchanged(): boolean {
    return (this.#unchanged ??=
      this.#old === undefined ? (this.#parent?.isUnchanged ?? false) : equal(this.#value, this.#old));
  }

  /** The value under a key of an object or map. */
  key(name: string): Correlation {
    const old = isObject(this.#old) && Object.hasOwn(this.#old, name) ? this.#old[name] : undefined;
    // The version of an object changes with the request, not with its contents.
    if (!this.#parent && (name === 'apiVersion' || name === 'kind')) return new Correlation(null, undefined);
    return new Correlation(isObject(this.#value) ? (this.#value[name] ?? null) : null, old, this);
  }

  /** An item of a list; `old` is what it was, where the list is a map. */
  item(value: Json, old: Json | undefined): Correlation {
    return new Correlation(value, old, this);
  }
}

/** Finds the old item with the same keys, for lists that are maps; other lists keep no items apart. */
export function oldItems(schema: JsonObject, old: Json | undefined): (item: Json) => Json | undefined {
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old)) return () => undefined;
  const keys = listAt(schema, 'x-kubernetes-list-map-keys').map(String);
  const keyOf = (item: Json) =>
    JSON.stringify(keys.map(key => (isObject(item) ? (item[key] ?? null) : null)));
  const known = new Map(old.map(item => [keyOf(item), item]));
  return item => known.get(keyOf(item));
}
