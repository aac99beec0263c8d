import { get, isObject, type Json, type JsonObject, put } from '@millrace/json';
import { BuildError } from './build-error.ts';
import { jsonText } from './json-text.ts';
import type { MergeField, MergeSchema, MergeType } from './kubernetes-schema.ts';
import { mergeKeyedList, mergeScalarList } from './merge-list.ts';
import type { EmptyKeys } from './resource.ts';

/**
 * Applies a strategic merge patch as kustomize does: maps are merged, null removes a field, lists are
 * merged by the schema's merge keys with the patch's new items first, other lists are replaced, and
 * `$patch: delete | replace | merge` is obeyed in maps and as an item of a merged list. The patch is not
 * changed; `target` is.
 * @returns the merged object, undefined when the patch deletes it
 */
export function strategicMerge(
  target: JsonObject,
  patch: JsonObject,
  schema: MergeSchema,
  emptyKeys?: EmptyKeys,
): JsonObject | undefined {
  const merged = new Merge(schema, emptyKeys).value(target, patch, undefined, []);
  return isObject(merged) ? merged : undefined;
}

const directiveKey = '$patch';
type Directive = 'merge' | 'replace' | 'delete';

/** One merge under way; a value of undefined is a missing one, and a result of undefined a removed one. */
export class Merge {
  readonly #schema: MergeSchema;
  readonly #emptyKeys: EmptyKeys | undefined;

  constructor(schema: MergeSchema, emptyKeys: EmptyKeys | undefined) {
    this.#schema = schema;
    this.#emptyKeys = emptyKeys;
  }

  value(
    target: Json | undefined,
    patch: Json | undefined,
    field: MergeField | undefined,
    path: string[],
  ): Json | undefined {
    const shape = target ?? patch ?? null;
    if (shape === null) return patch === undefined ? target : undefined;
    if (Array.isArray(shape)) return this.#list(target, patch, field, path);
    if (isObject(shape)) return this.#map(target, patch, field, path);
    if (typeof patch === 'object' && patch !== null) this.#mismatch(path, 'a single value', patch);
    return patch === null ? undefined : (patch ?? target);
  }

  #map(
    target: Json | undefined,
    patch: Json | undefined,
    field: MergeField | undefined,
    path: string[],
  ): Json | undefined {
    if (patch === null) return undefined;
    if (patch !== undefined && !isObject(patch)) this.#mismatch(path, 'a map', patch);
    const type = this.#typeOf(field, target, patch);
    if (patch === undefined) return this.#walkUnpatched(target as JsonObject, field, type, path);
    const directive = directiveOf(patch, path);
    if (directive === 'delete') return undefined;
    const into =
      target === undefined || target === null || directive === 'replace' ? {} : (target as JsonObject);
    for (const key of Object.keys(patch)) {
      if (key === directiveKey) continue;
      const old = get(into, key);
      this.#set(into, key, this.value(old, patch[key], inner(field, type, key), [...path, key]));
    }
    if ((type !== undefined || this.#emptyKeys !== undefined) && into === target) {
      this.#walkRest(into, patch, field, type, path);
    }
    return into;
  }

  /** What the patch says nothing about is walked too: merged lists lose items with the same keys. */
  #walkUnpatched(
    target: JsonObject,
    field: MergeField | undefined,
    type: MergeType | undefined,
    path: string[],
  ): JsonObject {
    if (type !== undefined || this.#emptyKeys !== undefined) this.#walkRest(target, {}, field, type, path);
    return target;
  }

  #walkRest(
    into: JsonObject,
    patch: JsonObject,
    field: MergeField | undefined,
    type: MergeType | undefined,
    path: string[],
  ): void {
    const empty = this.#emptyKeys?.get(into);
    for (const key of Object.keys(this.#emptyKeys || field?.in === 'map' || !type ? into : type)) {
      const value = get(into, key);
      if (value === null && empty?.has(key) && !Object.hasOwn(patch, key)) delete into[key];
      if (typeof value !== 'object' || value === null || Object.hasOwn(patch, key)) continue;
      if (Object.hasOwn(into, key)) {
        this.#set(into, key, this.value(value, undefined, inner(field, type, key), [...path, key]));
      }
    }
  }

  #set(into: JsonObject, key: string, value: Json | undefined): void {
    if (value === undefined) delete into[key];
    else put(into, key, value);
  }

  #list(
    target: Json | undefined,
    patch: Json | undefined,
    field: MergeField | undefined,
    path: string[],
  ): Json | undefined {
    if (patch !== undefined && patch !== null && !Array.isArray(patch)) this.#mismatch(path, 'a list', patch);
    if (field?.keys === undefined) return patch === null ? undefined : (patch ?? target);
    if (patch === null) return undefined;
    const old = Array.isArray(target) ? target : [];
    const list = patch ?? [];
    const directive = listDirective(list, path);
    if (directive?.action === 'delete') return undefined;
    const items = directive === undefined ? list : list.filter((_, i) => i !== directive.index);
    const from = directive?.action === 'replace' ? [] : old;
    if (field.keys.length === 0) return mergeScalarList(from, items);
    return mergeKeyedList(from, items, field.keys, (a, b) =>
      this.value(a, b, field.type && { type: field.type }, path),
    );
  }

  #typeOf(
    field: MergeField | undefined,
    target: Json | undefined,
    patch: Json | undefined,
  ): MergeType | undefined {
    if (field !== undefined) return field.type;
    // A map with kind and apiVersion of its own is merged by that kind, wherever it stands.
    for (const value of [target, patch]) {
      if (isObject(value) && typeof value.kind === 'string' && typeof value.apiVersion === 'string') {
        const type = this.#schema.typeOf(value.apiVersion, value.kind);
        if (type !== undefined) return type;
      }
    }
    return undefined;
  }

  #mismatch(path: string[], wanted: string, got: Json): never {
    const what = Array.isArray(got) ? 'a list' : isObject(got) ? 'a map' : jsonText(got);
    throw new BuildError(`the patch gives ${what} for ${path.join('.') || 'the object'}, which is ${wanted}`);
  }
}

/** What is known of a field of a map. */
function inner(
  field: MergeField | undefined,
  type: MergeType | undefined,
  key: string,
): MergeField | undefined {
  if (type === undefined) return undefined;
  return field?.in === 'map' ? { type } : (get(type, key) ?? unknownField);
}

/** A field that the schema has, but with nothing to merge in it. */
const unknownField: MergeField = {};

function directiveOf(patch: JsonObject, path: string[]): Directive {
  const directive = patch[directiveKey];
  if (directive === undefined) return 'merge';
  if (directive === 'merge' || directive === 'replace' || directive === 'delete') return directive;
  throw new BuildError(
    `$patch: ${jsonText(directive)} at ${path.join('.')} must be delete, replace or merge`,
  );
}

/** An item of a list that holds nothing but `$patch` speaks for the list. */
function listDirective(list: Json[], path: string[]): { action: Directive; index: number } | undefined {
  const index = list.findIndex(item => isObject(item) && Object.hasOwn(item, directiveKey));
  const item = list[index];
  if (!isObject(item) || Object.keys(item).length > 1) return undefined;
  return { action: directiveOf(item, path), index };
}
