import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Cursor } from './cursor.ts';

/**
 * Collects the entries of one mapping: refuses duplicate keys, and merges `<<` in at the end. Where the last
 * duplicate wins, a merge is no more than a set of assignments in its place, as in go-yaml v2.
 */
export class ObjectBuilder {
  readonly object: JsonObject = {};
  readonly #cursor: Cursor;
  readonly #keys: string[] = [];
  readonly #starts: number[] = [];
  #merged: JsonObject[] | undefined;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  /** `at` is where the key starts. */
  add(key: string, value: Json, at: number): void {
    if (this.object[key] !== undefined && Object.hasOwn(this.object, key)) {
      if (this.#cursor.duplicates === 'refused') this.#duplicate(key, at);
      this.#cursor.onDuplicate?.(key, this.#cursor.placeOf(at).line);
    }
    // An own key of this name would be lost by every plain copy of the object.
    if (key === '__proto__') this.#cursor.fail('the key __proto__ is not supported', at);
    this.object[key] = value;
    this.#keys.push(key);
    this.#starts.push(at);
  }

  merge(value: Json, at: number): void {
    const from = Array.isArray(value) ? value : [value];
    const maps: JsonObject[] = [];
    for (const item of from) {
      if (!isObject(item)) this.#cursor.fail('<< needs a map, or a list of maps, as its value', at);
      maps.push(item);
    }
    if (this.#cursor.duplicates === 'last') Object.assign(this.object, ...maps.reverse());
    else (this.#merged ??= []).push(...maps);
  }

  /** Own keys win over merged ones, an earlier merged map over a later one (yaml.org/type/merge). */
  build(): JsonObject {
    for (const source of this.#merged ?? []) {
      for (const key in source) {
        if (!Object.hasOwn(this.object, key)) this.object[key] = source[key] as Json;
      }
    }
    return this.object;
  }

  #duplicate(key: string, at: number): never {
    const first = this.#cursor.placeOf(this.#starts[this.#keys.indexOf(key)]!);
    this.#cursor.fail(`the key "${key}" is given twice; first on line ${first.line}`, at);
  }
}
