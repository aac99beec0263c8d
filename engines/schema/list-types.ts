import { isObject, type Json, type JsonObject, put } from '@millrace/json';
import { duplicate, type FieldError, invalid } from './field-error.ts';
import { fieldPath, indexPath, keyPath } from './field-path.ts';
import type { Schema } from './schema.ts';

/**
 * Items that may be only once: repeated values in sets, repeated keys in maps. Each is reported once, at its second
 * place.
 *
 * Source of the rule: Kubernetes, "Merge strategy" of custom resources.
 */
export function checkLists(value: Json, schema: Schema): FieldError[] {
  const errors: FieldError[] = [];
  checkInside(value, schema, '', errors);
  return errors;
}

function checkInside(value: Json, schema: Schema, path: string, errors: FieldError[]): void {
  if (Array.isArray(value)) checkList(value, schema, path, errors);
  else if (isObject(value)) checkFields(value, schema, path, errors);
}

function checkFields(value: JsonObject, schema: Schema, path: string, errors: FieldError[]): void {
  const { properties, additionalProperties } = schema;
  for (const name in value) {
    const item = value[name] as Json;
    if (typeof item !== 'object' || item === null) continue;
    const field = properties?.[name];
    if (field) checkInside(item, field, fieldPath(path, name), errors);
    else if (typeof additionalProperties === 'object') {
      checkInside(item, additionalProperties, keyPath(path, name), errors);
    }
  }
}

function checkList(value: Json[], schema: Schema, path: string, errors: FieldError[]): void {
  if (schema.listType === 'set') checkSet(value, value, path, errors);
  else if (schema.listType === 'map') checkMap(value, schema, path, errors);
  if (!schema.items) return;
  for (let i = 0; i < value.length; i++)
    checkInside(value[i] as Json, schema.items, indexPath(path, i), errors);
}

function checkMap(value: Json[], schema: Schema, path: string, errors: FieldError[]): void {
  const wrong = value.findIndex(item => item !== null && !isObject(item));
  if (wrong !== -1) {
    const why = 'must be an object for an array of list-type map';
    errors.push(invalid(indexPath(path, wrong), value[wrong] as Json, why));
    return;
  }
  const keys = value.map(item => keysOf(item, schema.listMapKeys));
  checkSet(keys, keys, path, errors);
}

function keysOf(item: Json, names: readonly string[]): JsonObject {
  const keys: JsonObject = {};
  if (!isObject(item)) return keys;
  for (const name of names) if (Object.hasOwn(item, name)) put(keys, name, item[name] as Json);
  return keys;
}

function checkSet(items: readonly Json[], shown: readonly Json[], path: string, errors: FieldError[]): void {
  if (items.length < 2) return;
  const times = new Map<string, number>();
  items.forEach((item, i) => {
    const key = sortedJson(item);
    const before = times.get(key) ?? 0;
    times.set(key, before + 1);
    if (before === 1) errors.push(duplicate(indexPath(path, i), shown[i] as Json));
  });
}

function sortedJson(value: Json): string {
  return JSON.stringify(value, (_, inner: Json) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
