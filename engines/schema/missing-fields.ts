import { isObject, type Json, type JsonObject } from '@millrace/json';
import { type FieldError, required } from './field-error.ts';
import type { Schema } from './schema.ts';

/**
 * The required fields of an object of a built-in kind that hold nothing: absent, null or the empty string, which are
 * one for Go. The object should be in its stored form.
 */
export function missingFields(value: Json, schema: Schema): readonly FieldError[] {
  return missing(value, schema).map(path => required(path.slice(1)));
}

const none: readonly string[] = [];

/** Their paths from the value on, made on the way back, as most objects have what they need. */
function missing(value: Json, schema: Schema): readonly string[] {
  if (Array.isArray(value)) return schema.items ? missingInItems(value, schema.items) : none;
  return isObject(value) ? missingInFields(value, schema) : none;
}

function missingInItems(value: readonly Json[], items: Schema): readonly string[] {
  const paths: string[] = [];
  for (let i = 0; i < value.length; i++) {
    const inside = missing(value[i] as Json, items);
    if (inside.length > 0) addAt(paths, `[${i}]`, inside);
  }
  return paths;
}

function missingInFields(value: JsonObject, schema: Schema): readonly string[] {
  const paths: string[] = [];
  for (const name of schema.required) {
    const item = value[name];
    if (item === undefined || item === null || item === '') paths.push(`.${name}`);
  }
  const { properties } = schema;
  const rest = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  for (const name in value) {
    const item = value[name];
    if (typeof item !== 'object') continue;
    const field = properties?.[name] ?? rest;
    const inside = field ? missing(item, field) : none;
    if (inside.length > 0) addAt(paths, `.${name}`, inside);
  }
  return paths;
}

function addAt(paths: string[], step: string, inside: readonly string[]): void {
  for (const path of inside) paths.push(`${step}${path}`);
}
