import { MapValue, type Value } from './value.ts';

/** An object whose fields are made when they are first asked for. */
export class LazyObject extends MapValue {
  readonly #names: readonly string[];
  readonly #make: (name: string) => Value;
  readonly #made = new Map<string, Value>();

  constructor(names: readonly string[], make: (name: string) => Value) {
    super();
    this.#names = names;
    this.#make = make;
  }

  get size(): number {
    return this.#names.length;
  }

  find(key: Value): Value | undefined {
    if (typeof key !== 'string' || !this.#names.includes(key)) return undefined;
    let value = this.#made.get(key);
    if (value === undefined) this.#made.set(key, (value = this.#make(key)));
    return value;
  }

  keys(): Iterable<Value> {
    return this.#names;
  }
}
