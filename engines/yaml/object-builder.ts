import { isObject, type Json, type JsonObject, put, putAll } from '@millrace/json';
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
  #firsts: Map<string, number> | undefined;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  /** `at` is where the key starts. False where the value does not count, since the key was there before. */
  add(key: string, value: Json, at: number): boolean {
    if (this.object[key] !== undefined && Object.hasOwn(this.object, key)) {
      this.#repeated(key, at);
      if (this.#cursor.duplicates === 'first') return false;
    } else {
      this.#keys.push(key);
      this.#starts.push(at);
      this.#firsts?.set(key, at);
    }
    put(this.object, key, value);
    return true;
  }

  merge(value: Json, at: number): void {
    const from = Array.isArray(value) ? value : [value];
    const maps: JsonObject[] = [];
    for (const item of from) {
      if (!isObject(item)) this.#cursor.fail('<< needs a map, or a list of maps, as its value', at);
      maps.push(item);
    }
    if (this.#cursor.duplicates === 'last') for (const map of maps.reverse()) putAll(this.object, map);
    else for (const map of maps) (this.#merged ??= []).push(map);
  }

  /** Own keys win over merged ones, an earlier merged map over a later one (yaml.org/type/merge). */
  build(): JsonObject {
    for (const source of this.#merged ?? []) {
      for (const key in source) {
        if (!Object.hasOwn(this.object, key)) put(this.object, key, source[key] as Json);
      }
    }
    return this.object;
  }

  #repeated(key: string, at: number): void {
    const { duplicates, onDuplicate } = this.#cursor;
    if (duplicates !== 'refused' && onDuplicate === undefined) return;
    const first = this.#cursor.lineOf(this.#startOf(key));
    if (duplicates === 'refused')
      this.#cursor.fail(`the key ${JSON.stringify(key)} is given twice; first on line ${first}`, at);
    onDuplicate?.(key, this.#cursor.lineOf(at), first);
  }

  /** Where a key stood first; most maps are never asked. */
  #startOf(key: string): number {
    this.#firsts ??= new Map(this.#keys.map((name, i) => [name, this.#starts[i]!]));
    return this.#firsts.get(key) ?? 0;
  }
}
