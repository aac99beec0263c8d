import type { Json, JsonObject } from '@millrace/json';
import { ListValue, MapValue, type Value } from './value.ts';

/** Plain JSON as a value, without a schema: whole numbers are ints, others doubles. Nothing is copied. */
export function fromJson(json: Json): Value {
  if (typeof json === 'number') return Number.isSafeInteger(json) ? BigInt(json) : json;
  if (json === null || typeof json !== 'object') return json;
  return Array.isArray(json) ? new JsonList(json) : new JsonMap(json);
}

class JsonList extends ListValue {
  readonly #items: readonly Json[];

  constructor(items: readonly Json[]) {
    super();
    this.#items = items;
  }

  get size(): number {
    return this.#items.length;
  }

  at(index: number): Value {
    return fromJson(this.#items[index]!);
  }
}

class JsonMap extends MapValue {
  readonly #object: JsonObject;

  constructor(object: JsonObject) {
    super();
    this.#object = object;
  }

  get size(): number {
    return Object.keys(this.#object).length;
  }

  find(key: Value): Value | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#object, key)) return undefined;
    const value = this.#object[key];
    return value === undefined ? undefined : fromJson(value);
  }

  keys(): Iterable<Value> {
    return Object.keys(this.#object);
  }
}
