import { clone, isObject, type Json, type JsonObject, put } from '@millrace/json';
import type { Schema } from './schema.ts';

/**
 * The value with the defaults of its schema. A null where none may be counts as absent: it gets the default, or
 * goes. Lists keep their nulls unless their items have a default. The result shares what did not change with the
 * input, and nothing with the schema.
 *
 * `nulls: 'kept'` is for what a server-side apply makes, from which the API server drops no nulls: where no default
 * stands for them, and none may be, validation refuses them.
 *
 * Source of the rule: Kubernetes, "Defaulting" and "Defaulting and nullable" of custom resources.
 */
export function applyDefaults<T extends Json>(
  value: T,
  schema: Schema,
  { nulls = 'dropped' }: { nulls?: 'dropped' | 'kept' } = {},
): T {
  const kept = dropNulls(value, schema, nulls);
  return hasDefaults(schema) ? (fill(kept, schema) as T) : (kept as T);
}

/** Nulls that may not be, and that no default replaces, go first; those in metadata always, which a Go type reads. */
function dropNulls(value: Json, schema: Schema | undefined, nulls: 'dropped' | 'kept'): Json {
  if (Array.isArray(value)) return mapItems(value, item => dropNulls(item, schema?.items, nulls));
  if (!isObject(value)) return value;
  const drops = nulls === 'dropped' || schema?.definition !== undefined;
  let copy: JsonObject | undefined;
  for (const name in value) {
    const item = value[name] as Json;
    const field = fieldOf(schema, name);
    if (item === null) {
      if (drops && field && !field.nullable && field.default === undefined)
        delete (copy ??= { ...value })[name];
      continue;
    }
    if (typeof item !== 'object') continue;
    const kept = dropNulls(item, field, nulls);
    if (kept !== item) put((copy ??= { ...value }), name, kept);
  }
  return copy ?? value;
}

function fill(value: Json, schema: Schema | undefined): Json {
  if (!schema || !hasDefaults(schema)) return value;
  if (Array.isArray(value)) return mapItems(value, item => fillIn(item, schema.items));
  return isObject(value) ? fillFields(value, schema) : value;
}

function fillFields(value: JsonObject, schema: Schema): JsonObject {
  let copy: JsonObject | undefined;
  for (const name in schema.properties) {
    const field = schema.properties[name] as Schema;
    if (field.default !== undefined && !Object.hasOwn(value, name)) {
      put((copy ??= { ...value }), name, fill(clone(field.default), field));
    }
  }
  for (const name in value) {
    const item = value[name] as Json;
    const kept = fillIn(item, fieldOf(schema, name));
    if (kept !== item) put((copy ??= { ...value }), name, kept);
  }
  return copy ?? value;
}

function fillIn(value: Json, schema: Schema | undefined): Json {
  if (value === null && schema && !schema.nullable && schema.default !== undefined) {
    return fill(clone(schema.default), schema);
  }
  return fill(value, schema);
}

function mapItems(value: Json[], change: (item: Json) => Json): Json[] {
  let copy: Json[] | undefined;
  for (let i = 0; i < value.length; i++) {
    const item = value[i] as Json;
    const kept = change(item);
    if (kept !== item) (copy ??= value.slice())[i] = kept;
  }
  return copy ?? value;
}

function fieldOf(schema: Schema | undefined, name: string): Schema | undefined {
  const field = schema?.properties?.[name];
  if (field) return field;
  const rest = schema?.additionalProperties;
  return typeof rest === 'object' ? rest : undefined;
}

const known = new WeakMap<Schema, boolean>();

/** Whether anything below has a default, so that the rest of a tree is not walked. Definitions have none. */
function hasDefaults(schema: Schema): boolean {
  if (schema.definition !== undefined) return false;
  let has = known.get(schema);
  if (has === undefined) {
    const rest = schema.additionalProperties;
    has =
      schema.default !== undefined ||
      (schema.items !== undefined && hasDefaults(schema.items)) ||
      (typeof rest === 'object' && hasDefaults(rest)) ||
      Object.values(schema.properties ?? {}).some(hasDefaults);
    known.set(schema, has);
  }
  return has;
}
