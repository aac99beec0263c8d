import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import { GrowingSet, type Part } from './growing-set.ts';
import { fieldName, type PathElement, parseElement, printElement, sortElements } from './path-element.ts';

const dot = '.';
const serialised = new WeakMap<JsonObject, FieldSet>();

/**
 * A set of paths into an object, as `metadata.managedFields[].fieldsV1` holds it. A path may be a member, have
 * members below it, or both. Sets are never changed, and equal ones are mostly the same object: see GrowingSet.
 *
 * Source of the rule: KEP-555 and structured-merge-diff's package fieldpath.
 */
export class FieldSet {
  /** In the order of fieldsV1, as the children are. */
  readonly members: ReadonlySet<PathElement>;
  /** None of them is empty. */
  readonly children: ReadonlyMap<PathElement, FieldSet>;
  #json: JsonObject | undefined;
  #jsonBelowMember: JsonObject | undefined;
  #text: string | undefined;

  private constructor(parts: ReadonlyMap<PathElement, Part<FieldSet>>) {
    const members = new Set<PathElement>();
    const children = new Map<PathElement, FieldSet>();
    for (const [element, { member, child }] of parts) {
      if (member) members.add(element);
      if (child) children.set(element, child);
    }
    this.members = members;
    this.children = children;
  }

  /** What every set grows from. */
  static readonly growing: GrowingSet<FieldSet> = GrowingSet.empty(
    sortElements,
    parts => new FieldSet(parts),
  );

  static readonly empty: FieldSet = FieldSet.growing.set;

  /** A set of the given paths; a step is written as in fieldsV1, e.g. `['f:metadata', 'f:labels']`. */
  static of(...paths: readonly (readonly PathElement[])[]): FieldSet {
    let growing = FieldSet.growing;
    for (const [element, ...rest] of paths) {
      if (element === undefined) continue;
      growing = rest.length === 0 ? growing.member(element) : growing.below(element, FieldSet.of(rest));
    }
    return growing.set;
  }

  /** Reads fieldsV1. Throws SyntaxError naming the key that is none. */
  static parse(fieldsV1: Json): FieldSet {
    if (!isObject(fieldsV1)) throw new SyntaxError('fieldsV1 must be an object');
    return read(fieldsV1);
  }

  /** The set as fieldsV1, its keys in the order in which the API server writes them. Not to be changed. */
  serialise(): JsonObject {
    if (!this.#json) serialised.set((this.#json = this.#write({})), this);
    return this.#json;
  }

  /** The text of what `serialise` answered, which is written once for all objects that share it; undefined for other JSON. */
  static textOf(fieldsV1: JsonObject): string | undefined {
    const set = serialised.get(fieldsV1);
    return set && (set.#text ??= JSON.stringify(fieldsV1));
  }

  get isEmpty(): boolean {
    return this.members.size === 0 && this.children.size === 0;
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
    if (this.members.size !== other.members.size || this.children.size !== other.children.size) return false;
    for (const member of this.members) if (!other.members.has(member)) return false;
    for (const [element, child] of this.children) {
      const theirs = other.children.get(element);
      if (!theirs || !child.equals(theirs)) return false;
    }
    return true;
  }

  union(other: FieldSet): FieldSet {
    if (other.isEmpty || this === other) return this;
    if (this.isEmpty) return other;
    let growing = FieldSet.growing;
    for (const member of this.members) growing = growing.member(member);
    for (const member of other.members) if (!this.members.has(member)) growing = growing.member(member);
    for (const [element, child] of this.children) {
      const theirs = other.children.get(element);
      growing = growing.below(element, theirs ? child.union(theirs) : child);
    }
    for (const [element, child] of other.children) {
      if (!this.children.has(element)) growing = growing.below(element, child);
    }
    return growing.set;
  }

  intersection(other: FieldSet): FieldSet {
    if (this === other) return this;
    let growing = FieldSet.growing;
    for (const member of this.members) if (other.members.has(member)) growing = growing.member(member);
    for (const [element, child] of this.children) {
      const theirs = other.children.get(element);
      if (theirs) growing = growing.below(element, child.intersection(theirs));
    }
    return growing.set;
  }

  /** Members of this set that are no members of the other; a parent in the other takes no children away. */
  difference(other: FieldSet): FieldSet {
    if (other.isEmpty) return this;
    if (this === other) return FieldSet.empty;
    let growing = FieldSet.growing;
    for (const member of this.members) if (!other.members.has(member)) growing = growing.member(member);
    for (const [element, child] of this.children) {
      const theirs = other.children.get(element);
      growing = growing.below(element, theirs ? child.difference(theirs) : child);
    }
    return growing.set;
  }

  /** As `difference`, but a member of the other set takes away everything below it too. */
  recursiveDifference(other: FieldSet): FieldSet {
    if (other.isEmpty) return this;
    let growing = FieldSet.growing;
    for (const member of this.members) if (!other.members.has(member)) growing = growing.member(member);
    for (const [element, child] of this.children) {
      if (other.members.has(element)) continue;
      const theirs = other.children.get(element);
      growing = growing.below(element, theirs ? child.recursiveDifference(theirs) : child);
    }
    return growing.set;
  }

  /**
   * This set and the declared fields on the way to its members, which no field set names by itself: with `.spec.a`
   * goes `.spec`, but `.metadata.labels[x]` brings no entry of a map.
   */
  withDeclaredParents(schema: Schema | undefined): FieldSet {
    let growing = FieldSet.growing;
    for (const member of this.members) growing = growing.member(member);
    for (const [element, child] of this.children) {
      const name = fieldName(element);
      const declared = name === undefined ? undefined : schema?.properties?.[name];
      if (declared) growing = growing.member(element);
      growing = growing.below(element, child.withDeclaredParents(declared ?? below(schema, name)));
    }
    return growing.set;
  }

  /** Every member's path, those of a level before those below it, in the order of fieldsV1. */
  *paths(prefix: readonly PathElement[] = []): Generator<readonly PathElement[]> {
    for (const element of this.members) yield [...prefix, element];
    for (const [element, child] of this.children) yield* child.paths([...prefix, element]);
  }

  /** The paths as conflicts print them, e.g. `.spec.template.spec.containers[name="nginx"].image`. */
  toStrings(): string[] {
    return Array.from(this.paths(), printPath);
  }

  #write(json: JsonObject): JsonObject {
    for (const element of this.#elements()) {
      const child = this.children.get(element);
      if (!child) json[element] = {};
      else json[element] = this.members.has(element) ? child.#serialiseBelowMember() : child.serialise();
    }
    return json;
  }

  #serialiseBelowMember(): JsonObject {
    return (this.#jsonBelowMember ??= this.#write({ [dot]: {} }));
  }

  #elements(): PathElement[] {
    return sortElements([...new Set([...this.members, ...this.children.keys()])]);
  }
}

export function printPath(path: readonly PathElement[]): string {
  return path.map(printElement).join('');
}

function read(fieldsV1: JsonObject): FieldSet {
  let growing = FieldSet.growing;
  for (const key in fieldsV1) {
    if (key === dot) continue;
    const element = parseElement(key);
    if (element === undefined) continue;
    const json = fieldsV1[key] as Json;
    if (!isObject(json)) throw new SyntaxError(`fieldsV1 key ${JSON.stringify(element)} must hold an object`);
    const child = read(json);
    if (child.isEmpty || Object.hasOwn(json, dot)) growing = growing.member(element);
    growing = growing.below(element, child);
  }
  return growing.set;
}

function below(schema: Schema | undefined, name: string | undefined): Schema | undefined {
  if (name === undefined) return schema?.items;
  const rest = schema?.additionalProperties;
  return typeof rest === 'object' ? rest : undefined;
}
