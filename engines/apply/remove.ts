import { isObject, type Json, type JsonObject, put } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import { FieldSet } from './field-set.ts';
import { fieldElement } from './path-element.ts';
import { fieldSchema, itemElement, shapeOf } from './typed.ts';

/**
 * The object without the members of the set. A map or list that loses all that is in it, and is no member itself,
 * becomes null.
 *
 * Source of the rule: structured-merge-diff, TypedValue.RemoveItems.
 */
export function remove(value: JsonObject, set: FieldSet, schema: Schema | undefined): JsonObject {
  return set.isEmpty ? value : ((removeFrom(value, set, schema) as JsonObject | null) ?? {});
}

function removeFrom(value: Json, set: FieldSet, schema: Schema | undefined): Json {
  switch (shapeOf(schema, value)) {
    case 'map':
      return isObject(value) ? removeFields(value, set, schema) : null;
    case 'list':
      return Array.isArray(value) ? removeItems(value, set, schema as Schema) : null;
    case 'scalar':
      return value;
    default:
      return null;
  }
}

function removeFields(value: JsonObject, set: FieldSet, schema: Schema | undefined): Json {
  const kept: JsonObject = {};
  let any = false;
  for (const name in value) {
    const element = fieldElement(name);
    if (set.members.has(element)) continue;
    const below = set.children.get(element);
    const item = value[name] as Json;
    put(kept, name, below && !below.isEmpty ? removeFrom(item, below, fieldSchema(schema, name)) : item);
    any = true;
  }
  return any ? kept : null;
}

function removeItems(value: readonly Json[], set: FieldSet, list: Schema): Json {
  const kept: Json[] = [];
  for (const item of value) {
    const element = itemElement(list, item);
    if (set.members.has(element)) continue;
    const below = set.children.get(element);
    kept.push(below && !below.isEmpty ? removeFrom(item, below, list.items) : item);
  }
  return kept.length > 0 ? kept : null;
}

/**
 * Only the members of the set, e.g. what one manager applied. The keys of list items come along, as nothing
 * could be applied without them.
 *
 * Source of the rule: structured-merge-diff, TypedValue.ExtractItems, and client-go's extract functions.
 */
export function extract(value: JsonObject, set: FieldSet, schema: Schema | undefined): JsonObject {
  return (extractFrom(value, set, schema) as JsonObject | null) ?? {};
}

function extractFrom(value: Json, set: FieldSet, schema: Schema | undefined): Json {
  switch (shapeOf(schema, value)) {
    case 'map':
      return isObject(value) ? extractFields(value, set, schema) : null;
    case 'list':
      return Array.isArray(value) ? extractItems(value, set, schema as Schema) : null;
    default:
      return value;
  }
}

function extractFields(value: JsonObject, set: FieldSet, schema: Schema | undefined): Json {
  const kept: JsonObject = {};
  for (const name in value) {
    const element = fieldElement(name);
    const below = set.children.get(element) ?? FieldSet.empty;
    const item = value[name] as Json;
    if (below.isEmpty && !set.members.has(element)) continue;
    put(kept, name, below.isEmpty ? item : extractFrom(item, below, fieldSchema(schema, name)));
  }
  return kept;
}

function extractItems(value: readonly Json[], set: FieldSet, list: Schema): Json {
  const kept: Json[] = [];
  for (const item of value) {
    const element = itemElement(list, item);
    const below = set.children.get(element) ?? FieldSet.empty;
    if (below.isEmpty && !set.members.has(element)) continue;
    const part = below.isEmpty ? item : extractFrom(item, below, list.items);
    kept.push(isObject(part) && isObject(item) ? withKeys(part, item, list) : part);
  }
  return kept;
}

function withKeys(part: JsonObject, item: JsonObject, list: Schema): JsonObject {
  const keys: JsonObject = {};
  for (const key of list.listMapKeys) {
    if (Object.hasOwn(item, key) && !Object.hasOwn(part, key)) put(keys, key, item[key] as Json);
  }
  return { ...keys, ...part };
}
