import { isObject, type Json, type JsonObject, put } from '@millrace/json';
import { BuildError } from './build-error.ts';
import { type Gvk, selects } from './gvk.ts';
import { printId, type Resource } from './resource.ts';

/** A field of some kinds: where a transformer writes. */
export interface FieldSpec extends Gvk {
  /** Field names joined by `/` (`\/` for a slash in a name); `[]` behind a name marks a list. */
  path: string;
  /** Make the field, and the maps above it, where it is missing. */
  create: boolean;
}

/** Gives the new value of a field; undefined leaves it as it is. `value` is undefined for a new field. */
export type Setter = (value: Json | undefined) => Json | undefined;

const splits = new Map<string, string[]>();

/** The names in a path; a backslash keeps the slash behind it. */
export function splitPath(path: string): string[] {
  let names = splits.get(path);
  if (names === undefined) {
    names = path
      .split(/(?<!\\)\//)
      .map(name => name.replaceAll('\\/', '/'))
      .filter((name, i) => i > 0 || name !== '');
    splits.set(path, names);
  }
  return names;
}

/** Sets the field of `spec` in a resource, if the spec is for its kind; lists on the way are walked through. */
export function setField(resource: Resource, spec: FieldSpec, set: Setter): void {
  if (!selects(spec, resource.gvk)) return;
  setAt(resource, spec, set);
}

/** As setField, for a spec that is known to match. */
export function setAt(resource: Resource, spec: Pick<FieldSpec, 'path' | 'create'>, set: Setter): void {
  const walk = new Walk(spec, set, resource);
  walk.into(resource.object, splitPath(spec.path), 0);
}

class Walk {
  readonly #spec: Pick<FieldSpec, 'path' | 'create'>;
  readonly #set: Setter;
  readonly #resource: Resource;

  constructor(spec: Pick<FieldSpec, 'path' | 'create'>, set: Setter, resource: Resource) {
    this.#spec = spec;
    this.#set = set;
    this.#resource = resource;
  }

  into(value: Json, path: string[], i: number): void {
    if (value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) this.into(item, path, i);
    } else if (isObject(value)) this.#intoObject(value, path, i);
    else this.fail('a map or a list is expected on the way to the field');
  }

  #intoObject(object: JsonObject, path: string[], i: number): void {
    const part = path[i]!;
    const inList = part.endsWith('[]');
    const name = inList ? part.slice(0, -2) : part;
    const create = this.#spec.create && !inList;
    const present = Object.hasOwn(object, name);
    if (!present && !create) return;
    const value = object[name];
    if (i === path.length - 1) {
      this.#setLast(object, name, present ? value : undefined);
      return;
    }
    if (!present || (value === null && create)) put(object, name, {});
    this.into(object[name] as Json, path, i + 1);
  }

  /** The last name leads to the field itself; a list there is the setter's to judge. */
  #setLast(object: JsonObject, name: string, value: Json | undefined): void {
    const next = this.#set(value);
    if (next !== undefined) put(object, name, next);
  }

  fail(problem: string): never {
    throw new BuildError(`${problem} (at ${this.#spec.path})`, {
      ...this.#resource.place,
      resource: printId(this.#resource.id),
    });
  }
}
