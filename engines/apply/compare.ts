import { equal, isObject, type Json, type JsonObject } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import { FieldSet } from './field-set.ts';
import { fieldElement, type PathElement } from './path-element.ts';
import { fieldSchema, itemElement, type Shape, shapeOf } from './typed.ts';

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
  const changes = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
  compareMaps(before, after, schema, new Walk(changes));
  return changes;
}

/** Where the comparison stands, and what it found so far. */
class Walk {
  readonly changes: Comparison;
  readonly #path: PathElement[] = [];

  constructor(changes: Comparison) {
    this.changes = changes;
  }

  down(element: PathElement): void {
    this.#path.push(element);
  }

  up(): void {
    this.#path.pop();
  }

  added(): void {
    this.changes.added.insert(this.#path);
  }

  removed(): void {
    this.changes.removed.insert(this.#path);
  }

  modified(): void {
    this.changes.modified.insert(this.#path);
  }
}

type Side = Json | undefined;

function compareValues(before: Side, after: Side, schema: Schema | undefined, walk: Walk): void {
  if (before === after) return;
  const is = shapeOf(schema, (after ?? before) as Json);
  const was = before === undefined || after === undefined ? is : shapeOf(schema, before);
  if (was !== is) compareAs(was, before, after, schema, walk, false);
  compareAs(is, before, after, schema, walk, true);
}

/** `marks` is false for the second look at a value whose type changed: it only finds what the old type held. */
function compareAs(
  shape: Shape,
  before: Side,
  after: Side,
  schema: Schema | undefined,
  walk: Walk,
  marks: boolean,
): void {
  const leaf = compareInside(shape, before, after, schema, walk);
  if (leaf) compareLeaves(before, after, walk);
  else if (marks && before === undefined) walk.added();
  else if (marks && after === undefined) walk.removed();
}

/** Compares what is inside, or returns true when the value is a leaf that has no inside. */
function compareInside(
  shape: Shape,
  before: Side,
  after: Side,
  schema: Schema | undefined,
  walk: Walk,
): boolean {
  if (shape === 'map') {
    const left = isObject(before) ? before : {};
    const right = isObject(after) ? after : {};
    if (isEmpty(left) && isEmpty(right)) return true;
    compareMaps(left, right, schema, walk);
    return false;
  }
  if (shape === 'list') {
    const left = Array.isArray(before) ? before : [];
    const right = Array.isArray(after) ? after : [];
    if (left.length === 0 && right.length === 0) return true;
    compareItems(left, right, schema as Schema, walk);
    return false;
  }
  return true;
}

function compareLeaves(before: Side, after: Side, walk: Walk): void {
  if (before === undefined) walk.added();
  else if (after === undefined) walk.removed();
  else if (!equal(before, after)) walk.modified();
}

function compareMaps(before: JsonObject, after: JsonObject, schema: Schema | undefined, walk: Walk): void {
  for (const name in before) {
    const left = before[name];
    const right = Object.hasOwn(after, name) ? after[name] : undefined;
    if (left !== right) compareField(left, right, name, schema, walk);
  }
  for (const name in after) {
    if (!Object.hasOwn(before, name)) compareField(undefined, after[name], name, schema, walk);
  }
}

function compareField(before: Side, after: Side, name: string, schema: Schema | undefined, walk: Walk): void {
  walk.down(fieldElement(name));
  compareValues(before, after, fieldSchema(schema, name), walk);
  walk.up();
}

function compareItems(before: readonly Json[], after: readonly Json[], list: Schema, walk: Walk): void {
  const left = byElement(before, list);
  const right = byElement(after, list);
  for (const [element, items] of left) {
    walk.down(element);
    compareSame(items, right.get(element) ?? [], list.items, walk);
    walk.up();
  }
  for (const [element, items] of right) {
    if (left.has(element)) continue;
    walk.down(element);
    compareSame([], items, list.items, walk);
    walk.up();
  }
}

/** Items that share their key are compared as one value, as nothing tells them apart. */
function compareSame(
  before: readonly Json[],
  after: readonly Json[],
  schema: Schema | undefined,
  walk: Walk,
): void {
  if (before.length <= 1 && after.length <= 1) {
    compareValues(before[0], after[0], schema, walk);
  } else if (before.length > 1 && after.length > 1) {
    if (!equal(before as Json[], after as Json[])) walk.modified();
  } else if (before.length > 1) {
    if (after.length > 0) compareValues(undefined, after[0], schema, walk);
    walk.removed();
  } else {
    if (before.length > 0) compareValues(before[0], undefined, schema, walk);
    walk.added();
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
