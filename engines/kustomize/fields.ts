import { isObject, type Json, type JsonObject, put } from '@millrace/json';
import { BuildError } from './build-error.ts';
import { jsonText } from './json-text.ts';

export interface FieldsOptions {
  path?: string;
  lenient?: boolean;
  onUnknown?: ((field: string) => void) | undefined;
}

/**
 * Reads the fields of one map of a configuration file and gives each its type. A field that nobody has
 * asked for when `done` is called is a mistake in the file, and so is a value of the wrong type.
 */
export class Fields {
  readonly #object: JsonObject;
  readonly #file: string;
  readonly #path: string;
  readonly #lenient: boolean;
  readonly #onUnknown: ((field: string) => void) | undefined;
  readonly #asked = new Set<string>();

  /** `lenient`: unknown fields are no mistake, and other values become strings; `onUnknown`: it is told of them. */
  constructor(value: Json, file: string, { path = '', lenient = false, onUnknown }: FieldsOptions = {}) {
    this.#file = file;
    this.#path = path;
    this.#lenient = lenient;
    this.#onUnknown = onUnknown;
    if (value !== null && !isObject(value)) this.fail('', 'must be a map');
    this.#object = value ?? {};
  }

  has(name: string): boolean {
    return this.#object[this.#written(name)] !== undefined;
  }

  raw(name: string): Json | undefined {
    const written = this.#written(name);
    this.#asked.add(written);
    return this.#object[written];
  }

  /** The field as the file has it: Go's reader of JSON does not mind the case of its letters. */
  #written(name: string): string {
    if (Object.hasOwn(this.#object, name)) return name;
    return Object.keys(this.#object).find(key => key.toLowerCase() === name.toLowerCase()) ?? name;
  }

  /** '' where the field is missing or null. */
  string(name: string): string {
    const value = this.raw(name) ?? '';
    if (typeof value !== 'string') this.fail(name, `must be a string: quote ${jsonText(value)}`);
    return value;
  }

  boolean(name: string): boolean {
    const value = this.raw(name) ?? false;
    if (typeof value !== 'boolean') this.fail(name, 'must be true or false');
    return value;
  }

  integer(name: string): number {
    const value = this.raw(name) ?? 0;
    if (typeof value !== 'number' || !Number.isInteger(value)) this.fail(name, 'must be a whole number');
    return value;
  }

  /** A map of strings, undefined where it is missing. */
  stringMap(name: string): Record<string, string> | undefined {
    const value = this.raw(name) ?? undefined;
    if (value === undefined) return undefined;
    if (!isObject(value)) this.fail(name, 'must be a map of strings');
    for (const [key, item] of Object.entries(value)) {
      if (item === null) put(value, key, '');
      else if (this.#lenient && typeof item !== 'object') put(value, key, String(item));
      else if (typeof item !== 'string') {
        this.fail(`${name}.${key}`, `must be a string: quote ${jsonText(item)}`);
      }
    }
    return value as Record<string, string>;
  }

  strings(name: string): string[] {
    return this.list(name, (item, path) => {
      if (typeof item !== 'string') this.fail(path, `must be a string: quote ${jsonText(item)}`);
      return item;
    });
  }

  list<T>(name: string, read: (item: Json, path: string) => T): T[] {
    const value = this.raw(name) ?? [];
    if (!Array.isArray(value)) this.fail(name, 'must be a list');
    return value.map((item, i) => read(item, `${name}[${i}]`));
  }

  /** A list of maps. */
  maps<T>(name: string, read: (fields: Fields) => T): T[] {
    return this.list(name, (item, path) => this.#inner(item, path, read));
  }

  /** A map, undefined where it is missing. */
  map<T>(name: string, read: (fields: Fields) => T): T | undefined {
    const value = this.raw(name) ?? undefined;
    return value === undefined ? undefined : this.#inner(value, name, read);
  }

  #inner<T>(value: Json, name: string, read: (fields: Fields) => T): T {
    const path = this.#path === '' ? name : `${this.#path}.${name}`;
    const fields = new Fields(value, this.#file, {
      path,
      lenient: this.#lenient,
      onUnknown: this.#onUnknown,
    });
    const result = read(fields);
    fields.done();
    return result;
  }

  /** Fails on a field that nobody has asked for. */
  done(): void {
    this.refuseUnknown([...this.#asked]);
  }

  refuseUnknown(known: readonly string[]): void {
    if (this.#lenient) return;
    const unknown = Object.keys(this.#object).filter(name => !known.includes(name));
    for (const name of unknown) {
      if (this.#onUnknown === undefined) this.fail(name, 'no such field');
      this.#onUnknown(this.#fieldOf(name));
    }
  }

  fail(name: string, problem: string): never {
    throw new BuildError(problem, { file: this.#file, field: this.#fieldOf(name) });
  }

  #fieldOf(name: string): string {
    return [this.#path, name].filter(part => part !== '').join('.');
  }
}
