import type { Json, JsonObject } from '@millrace/json';
import { ListValue, MapValue, type Value } from './value.ts';

/**
 * Plain JSON as a value, without a schema. Nothing is copied.
 *
 * @param numbers what whole numbers are: ints as in objects of Kubernetes, or doubles as in JSON that Go has decoded
 *   without a type; all others are doubles
 */
export function fromJson(json: Json, numbers: 'ints' | 'doubles' = 'ints'): Value {
  if (typeof json === 'number') return numbers === 'ints' && Number.isSafeInteger(json) ? BigInt(json) : json;
  if (json === null || typeof json !== 'object') return json;
  return Array.isArray(json) ? new JsonList(json, numbers) : new JsonMap(json, numbers);
}

class JsonList extends ListValue {
  readonly #items: readonly Json[];
  readonly #numbers: 'ints' | 'doubles';

  constructor(items: readonly Json[], numbers: 'ints' | 'doubles') {
    super();
    this.#items = items;
    this.#numbers = numbers;
  }

  get size(): number {
    return this.#items.length;
  }

  at(index: number): Value {
    return fromJson(this.#items[index]!, this.#numbers);
  }
}

class JsonMap extends MapValue {
  readonly #object: JsonObject;
  readonly #numbers: 'ints' | 'doubles';

  constructor(object: JsonObject, numbers: 'ints' | 'doubles') {
    super();
    this.#object = object;
    this.#numbers = numbers;
  }

  get size(): number {
    return Object.keys(this.#object).length;
  }

  find(key: Value): Value | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#object, key)) return undefined;
    const value = this.#object[key];
    return value === undefined ? undefined : fromJson(value, this.#numbers);
  }

  keys(): Iterable<Value> {
    return Object.keys(this.#object);
  }
}
