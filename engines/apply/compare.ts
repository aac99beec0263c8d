import { equal, isObject, type Json, type JsonObject } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import { FieldSet } from './field-set.ts';
import type { GrowingSet } from './growing-set.ts';
import { fieldElement, type PathElement } from './path-element.ts';
import { fieldSchema, itemElement, repeatedAmong, type Shape, shapeOf } from './typed.ts';

/** What changed between two objects; a path is in one of the sets at most. */
export type Comparison = {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
};

/**
 * Compares two objects under their schema. Added and removed maps and items count besides what is in them.
 * Throws UnkeyedItem for list items without keys.
 *
 * Source of the rule: structured-merge-diff, TypedValue.Compare.
 */
export function compare(before: JsonObject, after: JsonObject, schema: Schema | undefined): Comparison {
  const level = new Level();
  compareMaps(before, after, schema, level);
  return { added: level.added.set, modified: level.modified.set, removed: level.removed.set };
}

/** What was found so far in one map or list. */
class Level {
  added: GrowingSet<FieldSet> = FieldSet.growing;
  modified: GrowingSet<FieldSet> = FieldSet.growing;
  removed: GrowingSet<FieldSet> = FieldSet.growing;

  take(element: PathElement, inside: Level): void {
    this.added = this.added.below(element, inside.added.set);
    this.modified = this.modified.below(element, inside.modified.set);
    this.removed = this.removed.below(element, inside.removed.set);
  }
}

type Side = Json | undefined;

function compareValues(
  before: Side,
  after: Side,
  schema: Schema | undefined,
  element: PathElement,
  level: Level,
): void {
  if (before === after) return;
  if (before === undefined) level.added = withWhole(level.added, after as Json, schema, element);
  else if (after === undefined) level.removed = withWhole(level.removed, before, schema, element);
  else {
    const is = shapeOf(schema, after);
    const was = shapeOf(schema, before);
    // A second look at a value whose type changed: it finds what the old type held.
    if (was !== is) compareAs(was, before, after, schema, element, level);
    compareAs(is, before, after, schema, element, level);
  }
}

/** A value that only one side has counts with all that is in it. */
function withWhole(
  growing: GrowingSet<FieldSet>,
  value: Json,
  schema: Schema | undefined,
  element: PathElement,
): GrowingSet<FieldSet> {
  return growing.below(element, wholeOf(value, schema)).member(element);
}

function wholeOf(value: Json, schema: Schema | undefined): FieldSet {
  const shape = shapeOf(schema, value);
  if (shape === 'map' && isObject(value)) return wholeMap(value, schema);
  return shape === 'list' && Array.isArray(value) ? wholeList(value, schema as Schema) : FieldSet.empty;
}

function wholeMap(value: JsonObject, schema: Schema | undefined): FieldSet {
  let growing = FieldSet.growing;
  for (const name in value)
    growing = withWhole(growing, value[name] as Json, fieldSchema(schema, name), fieldElement(name));
  return growing.set;
}

function wholeList(value: readonly Json[], schema: Schema): FieldSet {
  const elements = value.map(item => itemElement(schema, item));
  const repeated = repeatedAmong(elements);
  let growing = FieldSet.growing;
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i] as PathElement;
    if (repeated.has(element)) growing = growing.member(element);
    else growing = withWhole(growing, value[i] as Json, schema.items, element);
  }
  return growing.set;
}

function compareAs(
  shape: Shape,
  before: Json,
  after: Json,
  schema: Schema | undefined,
  element: PathElement,
  level: Level,
): void {
  const inside = compareInside(shape, before, after, schema);
  if (inside) level.take(element, inside);
  else if (!equal(before, after)) level.modified = level.modified.member(element);
}

/** What differs inside; undefined when the value is a leaf that has no inside. */
function compareInside(
  shape: Shape,
  before: Json,
  after: Json,
  schema: Schema | undefined,
): Level | undefined {
  const inside = new Level();
  if (shape === 'map') {
    const left = isObject(before) ? before : {};
    const right = isObject(after) ? after : {};
    if (isEmpty(left) && isEmpty(right)) return undefined;
    compareMaps(left, right, schema, inside);
    return inside;
  }
  if (shape === 'list') {
    const left = Array.isArray(before) ? before : [];
    const right = Array.isArray(after) ? after : [];
    if (left.length === 0 && right.length === 0) return undefined;
    compareItems(left, right, schema as Schema, inside);
    return inside;
  }
  return undefined;
}

function compareMaps(before: JsonObject, after: JsonObject, schema: Schema | undefined, level: Level): void {
  for (const name in before) {
    const left = before[name];
    const right = Object.hasOwn(after, name) ? after[name] : undefined;
    if (left !== right) compareValues(left, right, fieldSchema(schema, name), fieldElement(name), level);
  }
  for (const name in after) {
    if (Object.hasOwn(before, name)) continue;
    compareValues(undefined, after[name], fieldSchema(schema, name), fieldElement(name), level);
  }
}

function compareItems(before: readonly Json[], after: readonly Json[], list: Schema, level: Level): void {
  const left = byElement(before, list);
  const right = byElement(after, list);
  for (const [element, items] of left) {
    compareSame(items, right.get(element) ?? [], list.items, element, level);
  }
  for (const [element, items] of right) {
    if (!left.has(element)) compareSame([], items, list.items, element, level);
  }
}

/** Items that share their key are compared as one value, as nothing tells them apart. */
function compareSame(
  before: readonly Json[],
  after: readonly Json[],
  schema: Schema | undefined,
  element: PathElement,
  level: Level,
): void {
  if (before.length <= 1 && after.length <= 1) {
    compareValues(before[0], after[0], schema, element, level);
  } else if (before.length > 1 && after.length > 1) {
    if (!equal(before as Json[], after as Json[])) level.modified = level.modified.member(element);
  } else if (before.length > 1) {
    if (after.length > 0) compareValues(undefined, after[0], schema, element, level);
    level.removed = level.removed.member(element);
  } else {
    if (before.length > 0) compareValues(before[0], undefined, schema, element, level);
    level.added = level.added.member(element);
  }
}

function byElement(items: readonly Json[], list: Schema): Map<PathElement, Json[]> {
  const index = new Map<PathElement, Json[]>();
  for (const item of items) {
    const element = itemElement(list, item);
    const same = index.get(element);
    if (same) same.push(item);
    else index.set(element, [item]);
  }
  return index;
}

function isEmpty(value: JsonObject): boolean {
  for (const _ in value) return false;
  return true;
}
