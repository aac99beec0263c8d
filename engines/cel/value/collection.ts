import { EvaluationError } from '../error.ts';
import { doubleText } from './text.ts';
import { typeOf } from './type-of.ts';
import { ListValue, MapValue, Uint, type Value } from './value.ts';

/** A list in memory. */
export class List extends ListValue {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }

  get size(): number {
    return this.items.length;
  }

  at(index: number): Value {
    return this.items[index]!;
  }
}

/**
 * A list that a loop appends to. The loop alone sees it before it is done, so that it may grow in place; whoever
 * holds an earlier state still sees that state.
 */
export class GrowingList extends ListValue {
  readonly #items: Value[];
  readonly size: number;

  constructor(items: Value[] = [], size: number = items.length) {
    super();
    this.#items = items;
    this.size = size;
  }

  at(index: number): Value {
    return this.#items[index]!;
  }

  with(more: Iterable<Value>): GrowingList {
    const items = this.#items.length === this.size ? this.#items : this.#items.slice(0, this.size);
    for (const item of more) items.push(item);
    return new GrowingList(items);
  }
}

/** A map in memory. */
export class Entries extends MapValue {
  readonly #entries: ReadonlyMap<Key, readonly [key: Value, value: Value]>;

  constructor(entries: Iterable<readonly [Value, Value]>) {
    super();
    const map = new Map<Key, readonly [Value, Value]>();
    for (const entry of entries) {
      const key = keyOf(entry[0]);
      if (key !== undefined) map.set(key, entry);
    }
    this.#entries = map;
  }

  get size(): number {
    return this.#entries.size;
  }

  find(key: Value): Value | undefined {
    const known = keyOf(key);
    return known === undefined ? undefined : this.#entries.get(known)?.[1];
  }

  *keys(): Iterable<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }
}

/** A map that a loop fills; only the loop sees it before it is done, so it grows in place. */
export class GrowingEntries extends MapValue {
  readonly #entries = new Map<Key, readonly [key: Value, value: Value]>();

  get size(): number {
    return this.#entries.size;
  }

  find(key: Value): Value | undefined {
    const known = keyOf(key);
    return known === undefined ? undefined : this.#entries.get(known)?.[1];
  }

  *keys(): Iterable<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }

  /** Throws EvaluationError when the key is taken. */
  insert(key: Value, value: Value): void {
    const known = keyOf(key);
    if (known === undefined) throw new EvaluationError(`unsupported key type: ${typeOf(key).name}`);
    if (this.#entries.has(known))
      throw new EvaluationError(`insert failed: key ${describeKey(key)} already exists`);
    this.#entries.set(known, [key, value]);
  }
}

/** A key as errors show it. */
export function describeKey(key: Value): string {
  if (key instanceof Uint) return String(key.value);
  if (typeof key === 'number') return doubleText(key);
  return String(key);
}

type Key = string | boolean | bigint | number;

/** A key as JavaScript's maps tell keys apart: 1, 1u and 1.0 are one. Undefined for what is no key. */
export function keyOf(value: Value): Key | undefined {
  if (value instanceof Uint) return value.value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint'
    ? value
    : undefined;
}
