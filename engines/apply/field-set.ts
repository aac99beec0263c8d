import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import { compareElements, fieldName, type PathElement, parseElement, printElement } from './path-element.ts';

const dot = '.';
const parsed = new WeakMap<JsonObject, FieldSet>();
const serialised = new WeakMap<FieldSet, JsonObject>();

/**
 * A set of paths into an object, as `metadata.managedFields[].fieldsV1` holds it. A path may be a member, have
 * members below it, or both. A set is never changed once it has been handed out.
 *
 * Source of the rule: KEP-555 and structured-merge-diff's package fieldpath.
 */
export class FieldSet {
  readonly members: Set<PathElement> = new Set();
  readonly children: Map<PathElement, FieldSet> = new Map();

  static readonly empty: FieldSet = new FieldSet();

  /** A set of the given paths; a step is written as in fieldsV1, e.g. `['f:metadata', 'f:labels']`. */
  static of(...paths: readonly (readonly PathElement[])[]): FieldSet {
    const set = new FieldSet();
    for (const path of paths) set.insert(path);
    return set;
  }

  /** Reads fieldsV1. Throws SyntaxError naming the key that is none. The JSON must not be changed afterwards. */
  static parse(fieldsV1: Json): FieldSet {
    if (!isObject(fieldsV1)) throw new SyntaxError('fieldsV1 must be an object');
    let set = parsed.get(fieldsV1);
    if (!set) {
      const found: Reading = { canonical: true };
      set = read(fieldsV1, found);
      parsed.set(fieldsV1, set);
      // Most entries survive a write as they are; their text then need not be made again.
      if (found.canonical && !Object.hasOwn(fieldsV1, dot)) serialised.set(set, fieldsV1);
    }
    return set;
  }

  /** The set as fieldsV1, its keys in the order in which the API server writes them. Not to be changed. */
  serialise(): JsonObject {
    let json = serialised.get(this);
    if (!json) {
      json = this.#write({});
      serialised.set(this, json);
      parsed.set(json, this);
    }
    return json;
  }

  get isEmpty(): boolean {
    if (this.members.size > 0) return false;
    for (const child of this.children.values()) if (!child.isEmpty) return false;
    return true;
  }

  /** Number of members, at any depth. */
  get size(): number {
    let size = this.members.size;
    for (const child of this.children.values()) size += child.size;
    return size;
  }

  has(path: readonly PathElement[]): boolean {
    let set: FieldSet | undefined = this;
    for (let i = 0; i < path.length - 1; i++) {
      set = set.children.get(path[i] as PathElement);
      if (!set) return false;
    }
    return path.length > 0 && set.members.has(path[path.length - 1] as PathElement);
  }

  equals(other: FieldSet): boolean {
    if (this === other) return true;
    if (this.members.size !== other.members.size) return false;
    for (const member of this.members) if (!other.members.has(member)) return false;
    for (const [element, child] of this.children) {
      if (!child.equals(other.children.get(element) ?? FieldSet.empty)) return false;
    }
    for (const [element, child] of other.children) {
      if (!this.children.has(element) && !child.isEmpty) return false;
    }
    return true;
  }

  union(other: FieldSet): FieldSet {
    if (other.isEmpty || this === other) return this;
    if (this.isEmpty) return other;
    const set = new FieldSet();
    for (const member of this.members) set.members.add(member);
    for (const member of other.members) set.members.add(member);
    for (const [element, child] of this.children) {
      const theirs = other.children.get(element);
      set.children.set(element, theirs ? child.union(theirs) : child);
    }
    for (const [element, child] of other.children) {
      if (!this.children.has(element)) set.children.set(element, child);
    }
    return set;
  }

  intersection(other: FieldSet): FieldSet {
    const set = new FieldSet();
    for (const member of this.members) if (other.members.has(member)) set.members.add(member);
    for (const [element, child] of this.children) {
      const theirs = other.children.get(element);
      if (theirs) set.#adopt(element, child.intersection(theirs));
    }
    return set;
  }

  /** Members of this set that are no members of the other; a parent in the other takes no children away. */
  difference(other: FieldSet): FieldSet {
    if (other.isEmpty) return this;
    const set = new FieldSet();
    for (const member of this.members) if (!other.members.has(member)) set.members.add(member);
    for (const [element, child] of this.children) {
      const theirs = other.children.get(element);
      if (theirs) set.#adopt(element, child.difference(theirs));
      else set.children.set(element, child);
    }
    return set;
  }

  /** As `difference`, but a member of the other set takes away everything below it too. */
  recursiveDifference(other: FieldSet): FieldSet {
    if (other.isEmpty) return this;
    const set = new FieldSet();
    for (const member of this.members) if (!other.members.has(member)) set.members.add(member);
    for (const [element, child] of this.children) {
      if (other.members.has(element)) continue;
      const theirs = other.children.get(element);
      if (theirs) set.#adopt(element, child.recursiveDifference(theirs));
      else set.children.set(element, child);
    }
    return set;
  }

  /**
   * This set and the declared fields on the way to its members, which no field set names by itself: with `.spec.a`
   * goes `.spec`, but `.metadata.labels[x]` brings no entry of a map.
   */
  withDeclaredParents(schema: Schema | undefined): FieldSet {
    const set = new FieldSet();
    for (const member of this.members) set.members.add(member);
    for (const [element, child] of this.children) {
      const name = fieldName(element);
      const declared = name === undefined ? undefined : schema?.properties?.[name];
      if (declared) set.members.add(element);
      set.children.set(element, child.withDeclaredParents(declared ?? below(schema, name)));
    }
    return set;
  }

  /** Every member's path, those of a level before those below it, in the order of fieldsV1. */
  *paths(prefix: readonly PathElement[] = []): Generator<readonly PathElement[]> {
    for (const element of [...this.members].sort(compareElements)) yield [...prefix, element];
    for (const element of [...this.children.keys()].sort(compareElements)) {
      yield* (this.children.get(element) as FieldSet).paths([...prefix, element]);
    }
  }

  /** The paths as conflicts print them, e.g. `.spec.template.spec.containers[name="nginx"].image`. */
  toStrings(): string[] {
    return Array.from(this.paths(), printPath);
  }

  /** Adds a path; only while the set is being made. */
  insert(path: readonly PathElement[]): void {
    let set: FieldSet = this;
    for (let i = 0; i < path.length - 1; i++) set = set.#descend(path[i] as PathElement);
    if (path.length > 0) set.members.add(path[path.length - 1] as PathElement);
  }

  /** Puts a set below a step, unless it is empty; only while the set is being made. */
  adopt(element: PathElement, child: FieldSet): void {
    this.#adopt(element, child);
  }

  #adopt(element: PathElement, child: FieldSet): void {
    if (child.members.size > 0 || child.children.size > 0) this.children.set(element, child);
  }

  #descend(element: PathElement): FieldSet {
    let child = this.children.get(element);
    if (!child) this.children.set(element, (child = new FieldSet()));
    return child;
  }

  #write(json: JsonObject): JsonObject {
    for (const element of this.#elements()) {
      const child = this.children.get(element);
      json[element] = child ? child.#write(this.members.has(element) ? { [dot]: {} } : {}) : {};
    }
    return json;
  }

  #elements(): PathElement[] {
    const elements = [...this.members];
    for (const [element, child] of this.children) {
      if (!this.members.has(element) && !child.isEmpty) elements.push(element);
    }
    return elements.sort(compareElements);
  }
}

export function printPath(path: readonly PathElement[]): string {
  return path.map(printElement).join('');
}

/** Whether the text read is the very text that would be written: canonical steps, in order, no needless dots. */
type Reading = { canonical: boolean };

function read(fieldsV1: JsonObject, found: Reading): FieldSet {
  const set = new FieldSet();
  let previous: PathElement | undefined;
  for (const key in fieldsV1) {
    if (key === dot) {
      if (previous !== undefined) found.canonical = false;
      continue;
    }
    const element = parseElement(key);
    if (element === undefined) {
      found.canonical = false;
      continue;
    }
    if (element !== key || (previous !== undefined && compareElements(previous, element) >= 0)) {
      found.canonical = false;
    }
    previous = element;
    readChild(set, element, fieldsV1[key] as Json, found);
  }
  return set;
}

function readChild(set: FieldSet, element: PathElement, json: Json, found: Reading): void {
  if (!isObject(json)) throw new SyntaxError(`fieldsV1 key ${JSON.stringify(element)} must hold an object`);
  let below = false;
  for (const key in json) {
    if (key === dot) set.members.add(element);
    else below = true;
  }
  const child = below ? read(json, found) : FieldSet.empty;
  if (child.members.size > 0 || child.children.size > 0) set.children.set(element, child);
  else {
    if (below || set.members.has(element)) found.canonical = false;
    set.members.add(element);
  }
}

function below(schema: Schema | undefined, name: string | undefined): Schema | undefined {
  if (name === undefined) return schema?.items;
  const rest = schema?.additionalProperties;
  return typeof rest === 'object' ? rest : undefined;
}
