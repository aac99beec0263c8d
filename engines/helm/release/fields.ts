import { isObjectMap, type Value } from '@millrace/go-template';
import type { Values } from '../chart/chart.ts';

/** A record that holds no release. */
export class ReleaseRecordError extends Error {
  override readonly name: string = 'ReleaseRecordError';
}

/** The fields of a JSON object, read as the types that they must have; what is missing or null is empty. */
export class Fields {
  readonly #object: Values;
  readonly #path: string;

  constructor(object: Values, path: string) {
    this.#object = object;
    this.#path = path;
  }

  isNull(name: string): boolean {
    return this.#get(name) === undefined;
  }

  isTrue(name: string): boolean {
    return this.#get(name) === true;
  }

  text(name: string): string {
    const value = this.#get(name) ?? '';
    return typeof value === 'string' ? value : this.#refuse(name, 'a text');
  }

  /** A time as it is written; '' is none. */
  time(name: string): string | undefined {
    return this.text(name) || undefined;
  }

  integer(name: string): number {
    const value = this.#get(name) ?? 0;
    return Number.isSafeInteger(value) ? (value as number) : this.#refuse(name, 'a whole number');
  }

  bytes(name: string): Uint8Array | undefined {
    return this.isNull(name) ? undefined : new Uint8Array(Buffer.from(this.text(name), 'base64'));
  }

  map(name: string): Values | undefined {
    const value = this.#get(name);
    return value === undefined || isObjectMap(value) ? value : this.#refuse(name, 'an object');
  }

  textMap(name: string): { [key: string]: string } | undefined {
    const map = this.map(name);
    if (map && !Object.values(map).every(item => typeof item === 'string')) this.#refuse(name, 'texts');
    return map as { [key: string]: string } | undefined;
  }

  inner(name: string): Fields | undefined {
    const map = this.map(name);
    return map && new Fields(map, `${this.#path}.${name}`);
  }

  list(name: string): Value[] | undefined {
    const value = this.#get(name);
    return value === undefined || Array.isArray(value) ? value : this.#refuse(name, 'a list');
  }

  texts(name: string): string[] | undefined {
    const list = this.list(name);
    if (list && !list.every(item => typeof item === 'string')) this.#refuse(name, 'a list of texts');
    return list as string[] | undefined;
  }

  items(name: string): Fields[] {
    return (this.list(name) ?? []).map((item, index) => {
      if (!isObjectMap(item)) return this.#refuse(`${name}[${index}]`, 'an object');
      return new Fields(item, `${this.#path}.${name}[${index}]`);
    });
  }

  #get(name: string): Value {
    return Object.hasOwn(this.#object, name) ? (this.#object[name] ?? undefined) : undefined;
  }

  #refuse(name: string, wanted: string): never {
    throw new ReleaseRecordError(`${this.#path}.${name} is not ${wanted}`);
  }
}
