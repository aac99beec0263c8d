import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import { FieldSet } from './field-set.ts';
import { fieldElement, type PathElement } from './path-element.ts';
import { fieldSchema, isDeclaredField, itemElement, shapeOf } from './typed.ts';

/**
 * The paths that a manager owns who applies this object. Scalars, atomic maps and lists, empty maps and nulls are
 * leaves; entries of maps and items of lists are members besides what is in them.
 * Throws UnkeyedItem for list items without keys; `checkTyped` finds those first, with their path.
 *
 * Source of the rule: structured-merge-diff, TypedValue.ToFieldSet.
 */
export function toFieldSet(value: JsonObject, schema: Schema | undefined): FieldSet {
  const set = new FieldSet();
  collectMap(value, schema, set);
  return set;
}

function collectMap(value: JsonObject, schema: Schema | undefined, set: FieldSet): void {
  for (const name in value) {
    const item = value[name] as Json;
    const element = fieldElement(name);
    collect(item, fieldSchema(schema, name), element, set);
    if (item === null || isEmptyMap(item) || !isDeclaredField(schema, name)) set.members.add(element);
  }
}

function collect(value: Json, schema: Schema | undefined, element: PathElement, set: FieldSet): void {
  switch (shapeOf(schema, value)) {
    case 'scalar':
    case 'atomic list':
    case 'atomic map':
      set.members.add(element);
      return;
    case 'map':
      if (isObject(value)) descend(element, set, below => collectMap(value, schema, below));
      return;
    case 'list':
      if (Array.isArray(value)) descend(element, set, below => collectItems(value, schema as Schema, below));
  }
}

/** Of items that share their key only the key is owned: what is inside cannot be told apart. */
function collectItems(value: readonly Json[], schema: Schema, set: FieldSet): void {
  const elements = value.map(item => itemElement(schema, item));
  const seen = new Set<PathElement>();
  const repeated = new Set<PathElement>();
  for (const element of elements) (seen.has(element) ? repeated : seen).add(element);
  value.forEach((item, i) => {
    const element = elements[i] as PathElement;
    set.members.add(element);
    if (!repeated.has(element)) collect(item, schema.items, element, set);
  });
}

function descend(element: PathElement, set: FieldSet, fill: (below: FieldSet) => void): void {
  const child = new FieldSet();
  fill(child);
  set.adopt(element, child);
}

function isEmptyMap(value: Json): boolean {
  if (!isObject(value)) return false;
  for (const _ in value) return false;
  return true;
}
