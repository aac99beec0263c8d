import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import { FieldSet } from './field-set.ts';
import type { GrowingSet } from './growing-set.ts';
import { fieldElement, type PathElement } from './path-element.ts';
import { fieldSchema, isDeclaredField, itemElement, repeatedAmong, shapeOf } from './typed.ts';

/**
 * The paths that a manager owns who applies this object. Scalars, atomic maps and lists, empty maps and nulls are
 * leaves; entries of maps and items of lists are members besides what is in them.
 * Throws UnkeyedItem for list items without keys; `checkTyped` finds those first, with their path.
 *
 * Source of the rule: structured-merge-diff, TypedValue.ToFieldSet.
 */
export function toFieldSet(value: JsonObject, schema: Schema | undefined): FieldSet {
  let growing = FieldSet.growing;
  for (const name in value) {
    const item = value[name] as Json;
    const element = fieldElement(name);
    growing = withValue(growing, item, fieldSchema(schema, name), element);
    if (item === null || isEmptyMap(item) || !isDeclaredField(schema, name))
      growing = growing.member(element);
  }
  return growing.set;
}

function withValue(
  growing: GrowingSet<FieldSet>,
  value: Json,
  schema: Schema | undefined,
  element: PathElement,
): GrowingSet<FieldSet> {
  switch (shapeOf(schema, value)) {
    case 'scalar':
    case 'atomic list':
    case 'atomic map':
      return growing.member(element);
    case 'map':
      return isObject(value) ? growing.below(element, toFieldSet(value, schema)) : growing;
    case 'list':
      return Array.isArray(value) ? growing.below(element, itemSet(value, schema as Schema)) : growing;
  }
}

/** Of items that share their key only the key is owned: what is inside cannot be told apart. */
function itemSet(value: readonly Json[], schema: Schema): FieldSet {
  const elements = value.map(item => itemElement(schema, item));
  const repeated = repeatedAmong(elements);
  let growing = FieldSet.growing;
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i] as PathElement;
    growing = growing.member(element);
    if (!repeated.has(element)) growing = withValue(growing, value[i] as Json, schema.items, element);
  }
  return growing.set;
}

function isEmptyMap(value: Json): boolean {
  if (!isObject(value)) return false;
  for (const _ in value) return false;
  return true;
}
