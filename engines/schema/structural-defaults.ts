import { type FieldError, invalid } from './field-error.ts';
import { prune } from './prune.ts';
import type { Schema } from './schema.ts';
import { validate } from './validate.ts';

/**
 * Whether the defaults of a structural schema fit the schema that they are for, and hold nothing that would be
 * pruned. Source of the rule: Kubernetes, "Defaulting" of custom resources.
 */
export function checkDefaults(schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  checkNode(schema, path, errors);
  return errors;
}

function checkNode(schema: Schema, path: string, errors: FieldError[]): void {
  if (schema.definition !== undefined) return;
  if (schema.default !== undefined) checkDefault(schema, `${path}.default`, errors);
  if (schema.items) checkNode(schema.items, `${path}.items`, errors);
  if (typeof schema.additionalProperties === 'object') {
    checkNode(schema.additionalProperties, `${path}.additionalProperties`, errors);
  }
  for (const name in schema.properties) {
    checkNode(schema.properties[name] as Schema, `${path}.properties[${name}]`, errors);
  }
}

function checkDefault(schema: Schema, path: string, errors: FieldError[]): void {
  const value = schema.default ?? null;
  if (prune(value, schema).pruned.length > 0)
    errors.push(invalid(path, value, 'must not have unknown fields'));
  for (const error of validate(value, schema)) {
    errors.push({ ...error, field: error.field === '<nil>' ? path : `${path}.${error.field}` });
  }
}
