import { isObject, type Json } from '@millrace/json';
import { type FieldError, required } from './field-error.ts';
import { fieldPath, indexPath } from './field-path.ts';
import type { Schema } from './schema.ts';

/**
 * The required fields of an object of a built-in kind that hold nothing: absent, null or the empty string, which are
 * one for Go. The object should be in its stored form.
 */
export function missingFields(value: Json, schema: Schema): FieldError[] {
  const errors: FieldError[] = [];
  collect(value, schema, '', errors);
  return errors;
}

function collect(value: Json, schema: Schema, path: string, errors: FieldError[]): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return;
    value.forEach((item, i) => {
      collect(item, items, indexPath(path, i), errors);
    });
  } else if (isObject(value)) {
    for (const name of schema.required) {
      const item = value[name];
      if (item === undefined || item === null || item === '') errors.push(required(fieldPath(path, name)));
    }
    const rest = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
    for (const name in value) {
      const field = schema.properties?.[name] ?? rest;
      if (field) collect(value[name] as Json, field, fieldPath(path, name), errors);
    }
  }
}
