import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import { goSyntax, goType, goValue } from './go-value.ts';
import { type PathElement, printElement } from './path-element.ts';
import { declaredType, fieldSchema, itemElement, shapeOf, takesAnyField, UnkeyedItem } from './typed.ts';

/** A place where an object does not fit its schema, as server-side apply reports it. */
export type TypedError = {
  /** E.g. `.spec.template.spec.containers[name="nginx"].image`; empty for the object itself. */
  readonly path: string;
  /** E.g. `expected numeric (int or float), got string`. */
  readonly message: string;
};

/**
 * An applied configuration does not fit its schema. The API puts
 * `failed to create typed patch object (<namespace>/<name>; <apiVersion>, Kind=<kind>): ` before the message.
 */
export class TypedErrors extends Error {
  override name = 'TypedErrors';
  readonly errors: readonly TypedError[];

  constructor(errors: readonly TypedError[]) {
    const lines = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    super(
      lines.length === 1 ? (lines[0] as string) : ['errors:', ...lines.map(line => `  ${line}`)].join('\n'),
    );
    this.errors = errors;
  }
}

/**
 * Where the object does not fit its schema: mistyped values, fields that the schema does not name, list items
 * without keys or with the key of another. Empty when it fits.
 *
 * Source of the rule: structured-merge-diff, the validation of typed values.
 */
export function checkTyped(value: JsonObject, schema: Schema | undefined): TypedError[] {
  const errors: TypedError[] = [];
  check(value, schema, '', errors);
  return errors;
}

function check(value: Json, schema: Schema | undefined, path: string, errors: TypedError[]): void {
  if (value === null) return;
  switch (shapeOf(schema, value)) {
    case 'map':
    case 'atomic map':
      if (isObject(value)) checkFields(value, schema, path, errors);
      else errors.push({ path, message: `expected map, got &{${goValue(value)}}` });
      return;
    case 'list':
      if (Array.isArray(value)) checkItems(value, schema as Schema, path, errors);
      else errors.push({ path, message: `expected list, got &{${goValue(value)}}` });
      return;
    case 'atomic list':
      if (!Array.isArray(value)) errors.push({ path, message: `expected list, got &{${goValue(value)}}` });
      else if (schema?.items)
        value.forEach((item, i) => void check(item, schema.items, `${path}[${i}]`, errors));
      return;
    case 'scalar': {
      const message = declaredType(schema) === 'scalar' ? scalarError(value, schema as Schema) : undefined;
      if (message !== undefined) errors.push({ path, message });
    }
  }
}

/** The first unknown field ends the look at a map, as it does upstream. */
function checkFields(
  value: JsonObject,
  schema: Schema | undefined,
  path: string,
  errors: TypedError[],
): void {
  const open = takesAnyField(schema);
  for (const name in value) {
    const field = fieldSchema(schema, name);
    if (!field && !open) {
      errors.push({ path: `${path}.${name}`, message: 'field not declared in schema' });
      return;
    }
    if (field) check(value[name] as Json, field, `${path}.${name}`, errors);
  }
}

function checkItems(value: readonly Json[], list: Schema, path: string, errors: TypedError[]): void {
  const seen = new Set<PathElement>();
  for (const [i, item] of value.entries()) {
    let element: PathElement;
    try {
      element = itemElement(list, item);
    } catch (error) {
      if (!(error instanceof UnkeyedItem)) throw error;
      errors.push({ path, message: `element ${i}: ${error.message}` });
      return;
    }
    const printed = printElement(element);
    if (seen.has(element)) errors.push({ path, message: `duplicate entries for key ${printed}` });
    seen.add(element);
    check(item, list.items, `${path}${printed}`, errors);
  }
}

function scalarError(value: Json, schema: Schema): string | undefined {
  const type = typeof value;
  if (schema.intOrString || isUntyped(schema)) {
    return type === 'object' ? `expected any scalar, got &{${goValue(value)}}` : undefined;
  }
  if (schema.type === 'integer' || schema.type === 'number') {
    return type === 'number' ? undefined : `expected numeric (int or float), got ${goType(value)}`;
  }
  if (schema.type === 'boolean')
    return type === 'boolean' ? undefined : `expected boolean, got &{${goValue(value)}}`;
  return type === 'string'
    ? undefined
    : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;
}

/** Strings with a format that Go decodes by a type of its own take any scalar. */
function isUntyped(schema: Schema): boolean {
  if (schema.definition === 'io.k8s.apimachinery.pkg.api.resource.Quantity') return true;
  return schema.type === 'string' && schema.format !== undefined && schema.format !== 'byte';
}
