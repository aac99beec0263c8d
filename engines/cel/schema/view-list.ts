import { isObject, type Json, type JsonObject } from '@millrace/json';
import { List } from '../value/collection.ts';
import { equal } from '../value/equal.ts';
import { ListValue, type Value } from '../value/value.ts';
import { jsonOf } from './source.ts';

/** How the items of a list are seen with their schema. */
type Look = (json: Json, schema: Json | undefined) => Value;

/** A list seen with its schema: sets and maps are compared and joined by what makes their items one. */
export function viewList(json: readonly Json[], schema: JsonObject, look: Look): ListValue {
  const keys = schema['x-kubernetes-list-map-keys'];
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return new KeyedList(json, schema.items, look, item => JSON.stringify(item));
    case 'map':
      return new KeyedList(json, schema.items, look, mapKey(Array.isArray(keys) ? keys.map(String) : []));
    default:
      return new ListView(json, schema.items, look);
  }
}

function mapKey(keys: readonly string[]): (item: Json | undefined) => string {
  return item => JSON.stringify(keys.map(key => (isObject(item) ? (item[key] ?? null) : null)));
}

class ListView extends ListValue {
  readonly json: readonly Json[];
  readonly items: Json | undefined;
  readonly look: Look;

  constructor(json: readonly Json[], items: Json | undefined, look: Look) {
    super();
    this.json = json;
    this.items = items;
    this.look = look;
  }

  get size(): number {
    return this.json.length;
  }

  at(index: number): Value {
    return this.look(this.json[index]!, this.items);
  }
}

/** A set, or a list that is a map by some fields of its items: their order does not matter. */
class KeyedList extends ListView {
  readonly #keyOf: (item: Json | undefined) => string;
  #indexes: Map<string, number> | undefined;

  constructor(
    json: readonly Json[],
    items: Json | undefined,
    look: Look,
    keyOf: (item: Json | undefined) => string,
  ) {
    super(json, items, look);
    this.#keyOf = keyOf;
  }

  #byKey(): Map<string, number> {
    return (this.#indexes ??= new Map(this.json.map((item, i) => [this.#keyOf(item), i])));
  }

  override equals(other: ListValue): boolean {
    if (this.size !== other.size) return false;
    for (const item of other) {
      const index = this.#byKey().get(this.#keyOf(jsonOf(item)));
      if (index === undefined || !equal(this.at(index), item)) return false;
    }
    return true;
  }

  /** Items of the other list take the place of those with the same key; new ones come at the end. */
  override concat(other: ListValue): ListValue {
    const joined = [...this.json];
    const indexes = new Map(this.#byKey());
    for (const item of other) {
      const json = jsonOf(item);
      if (json === undefined) return new List([...this, ...other]);
      const key = this.#keyOf(json);
      const index = indexes.get(key);
      if (index === undefined) {
        indexes.set(key, joined.length);
        joined.push(json);
      } else joined[index] = json;
    }
    return new KeyedList(joined, this.items, this.look, this.#keyOf);
  }
}
