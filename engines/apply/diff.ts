import { equal, get, isObject, type Json } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import { fieldElement, type PathElement, printElement } from './path-element.ts';
import { fieldSchema, itemElement, shapeOf, UnkeyedItem } from './typed.ts';

/** A place where two objects differ; `before` or `after` is missing where the other side alone has it. */
export type Difference = {
  /** E.g. `.spec.template.spec.containers[name="nginx"].image`; empty for the whole. */
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
};

/**
 * Where two values differ, for people to read: fields by name, items of keyed lists by their key, other lists by
 * index. Values come along as they are; the caller hides what is secret.
 */
export function diff(before: Json, after: Json, schema?: Schema): Difference[] {
  const differences: Difference[] = [];
  diffValues(before, after, schema, '', differences);
  return differences;
}

function diffValues(
  before: Json | undefined,
  after: Json | undefined,
  schema: Schema | undefined,
  path: string,
  found: Difference[],
): void {
  if (equal(before, after)) return;
  const elements =
    before === undefined || after === undefined ? undefined : childrenOf(before, after, schema);
  if (!elements) {
    found.push({
      path,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    });
    return;
  }
  for (const [element, { left, right, below }] of elements) {
    diffValues(left, right, below, path + printElement(element), found);
  }
}

type Pair = { left: Json | undefined; right: Json | undefined; below: Schema | undefined };

/** What can be compared part by part: two objects, or two lists. */
function childrenOf(
  before: Json,
  after: Json,
  schema: Schema | undefined,
): Map<PathElement, Pair> | undefined {
  if (isObject(before) && isObject(after)) {
    const pairs = new Map<PathElement, Pair>();
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const below = fieldSchema(schema, name);
      pairs.set(fieldElement(name), { left: get(before, name), right: get(after, name), below });
    }
    return pairs;
  }
  return Array.isArray(before) && Array.isArray(after) ? itemsOf(before, after, schema) : undefined;
}

function itemsOf(
  before: readonly Json[],
  after: readonly Json[],
  schema: Schema | undefined,
): Map<PathElement, Pair> {
  const pairs = new Map<PathElement, Pair>();
  const below = schema?.items;
  const left = elementsOf(before, schema);
  const right = elementsOf(after, schema);
  const keyed = left && right;
  before.forEach((item, i) => {
    pairs.set(keyed ? (left[i] as PathElement) : `i:${i}`, { left: item, right: undefined, below });
  });
  after.forEach((item, i) => {
    const element = keyed ? (right[i] as PathElement) : `i:${i}`;
    const pair = pairs.get(element);
    if (pair) pair.right = item;
    else pairs.set(element, { left: undefined, right: item, below });
  });
  return pairs;
}

/** The keys of a list's items; undefined for lists whose items have none, or share one. */
function elementsOf(items: readonly Json[], schema: Schema | undefined): PathElement[] | undefined {
  if (!schema || shapeOf(schema, items as Json[]) !== 'list') return undefined;
  try {
    const elements = items.map(item => itemElement(schema, item));
    return new Set(elements).size === elements.length ? elements : undefined;
  } catch (error) {
    if (error instanceof UnkeyedItem) return undefined;
    throw error;
  }
}
