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

/** So many errors are told of in one message. */
const mostShown = 1_000;

/**
 * An applied configuration does not fit its schema. The API puts
 * `failed to create typed patch object (<namespace>/<name>; <apiVersion>, Kind=<kind>): ` before the message.
 */
export class TypedErrors extends Error {
  override name = 'TypedErrors';
  readonly errors: readonly TypedError[];

  constructor(errors: readonly TypedError[]) {
    const lines = errors
      .slice(0, mostShown)
      .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    if (errors.length > mostShown) lines.push(`and ${errors.length - mostShown} more`);
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
export function checkTyped(value: JsonObject, schema: Schema | undefined): readonly TypedError[] {
  return check(value, schema);
}

const none: readonly TypedError[] = [];

function check(value: Json, schema: Schema | undefined): readonly TypedError[] {
  if (value === null) return none;
  switch (shapeOf(schema, value)) {
    case 'map':
    case 'atomic map':
      return isObject(value) ? checkFields(value, schema) : here(`expected map, got &{${goValue(value)}}`);
    case 'list':
      return Array.isArray(value)
        ? checkItems(value, schema as Schema)
        : here(`expected list, got &{${goValue(value)}}`);
    case 'atomic list':
      if (!Array.isArray(value)) return here(`expected list, got &{${goValue(value)}}`);
      return schema?.items ? checkAtomicItems(value, schema.items) : none;
    case 'scalar': {
      const message = declaredType(schema) === 'scalar' ? scalarError(value, schema as Schema) : undefined;
      return message === undefined ? none : here(message);
    }
  }
}

function here(message: string): TypedError[] {
  return [{ path: '', message }];
}

/** Adds errors with a step before their paths: paths are made on the way back, as most objects need none. */
function addAt(errors: TypedError[], step: string, inside: readonly TypedError[]): void {
  for (const { path, message } of inside) errors.push({ path: `${step}${path}`, message });
}

/** The first unknown field ends the look at a map, as it does upstream. */
function checkFields(value: JsonObject, schema: Schema | undefined): readonly TypedError[] {
  const open = takesAnyField(schema);
  const errors: TypedError[] = [];
  for (const name in value) {
    const field = fieldSchema(schema, name);
    if (!field && !open) {
      addAt(errors, `.${name}`, here('field not declared in schema'));
      return errors;
    }
    const inside = field ? check(value[name] as Json, field) : none;
    if (inside.length > 0) addAt(errors, `.${name}`, inside);
  }
  return errors;
}

function checkAtomicItems(value: readonly Json[], items: Schema): readonly TypedError[] {
  const errors: TypedError[] = [];
  for (let i = 0; i < value.length; i++) {
    const inside = check(value[i] as Json, items);
    if (inside.length > 0) addAt(errors, `[${i}]`, inside);
  }
  return errors;
}

function checkItems(value: readonly Json[], list: Schema): readonly TypedError[] {
  const seen = new Set<PathElement>();
  const errors: TypedError[] = [];
  for (const [i, item] of value.entries()) {
    let element: PathElement;
    try {
      element = itemElement(list, item);
    } catch (error) {
      if (!(error instanceof UnkeyedItem)) throw error;
      addAt(errors, '', here(`element ${i}: ${error.message}`));
      return errors;
    }
    if (seen.has(element)) addAt(errors, '', here(`duplicate entries for key ${printElement(element)}`));
    seen.add(element);
    const inside = check(item, list.items);
    if (inside.length > 0) addAt(errors, printElement(element), inside);
  }
  return errors;
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
