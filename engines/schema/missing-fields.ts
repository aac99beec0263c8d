import { isObject, type Json, type JsonObject } from '@millrace/json';
import { type FieldError, required } from './field-error.ts';
import { fieldPath } from './field-path.ts';
import type { Schema } from './schema.ts';

/**
 * The required fields of an object of a built-in kind that hold nothing: absent, null or the empty string, which are
 * one for Go. The object should be in its stored form.
 */
export function missingFields(value: Json, schema: Schema): readonly FieldError[] {
  if (Array.isArray(value)) return schema.items ? missingInItems(value, schema.items) : none;
  return isObject(value) ? missingInFields(value, schema) : none;
}

const none: readonly FieldError[] = [];

function missingInItems(value: readonly Json[], items: Schema): readonly FieldError[] {
  let errors = none;
  for (let i = 0; i < value.length; i++) {
    const inside = missingFields(value[i] as Json, items);
    if (inside.length > 0) errors = [...errors, ...inside.map(error => at(`[${i}]`, error))];
  }
  return errors;
}

function missingInFields(value: JsonObject, schema: Schema): readonly FieldError[] {
  let errors = none;
  for (const name of schema.required) {
    const item = value[name];
    if (item === undefined || item === null || item === '') errors = [...errors, required(name)];
  }
  const { properties } = schema;
  const rest = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  for (const name in value) {
    const item = value[name];
    if (typeof item !== 'object') continue;
    const field = properties?.[name] ?? rest;
    const inside = field ? missingFields(item, field) : none;
    if (inside.length > 0) errors = [...errors, ...inside.map(error => at(name, error))];
  }
  return errors;
}

/** The error with a step before its path: paths are made on the way back, as most objects need none. */
function at(step: string, error: FieldError): FieldError {
  return {
    ...error,
    field: error.field.startsWith('[') ? `${step}${error.field}` : fieldPath(step, error.field),
  };
}
