import { isObject, type Json, type JsonObject, put } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import { type PathElement, printElement } from './path-element.ts';
import { fieldSchema, itemElement, type Shape, shapeOf } from './typed.ts';

/** Two items of the applied configuration carry the same key. */
export class DuplicateItem extends Error {
  override name = 'DuplicateItem';
  constructor(element: PathElement) {
    super(`duplicate entries for key ${printElement(element)}`);
  }
}

/**
 * The live object with the applied configuration laid over it: maps and keyed lists are merged, scalars and
 * atomic values of the configuration win. Shares what did not change with its inputs; returns `live` itself when
 * nothing did. Throws UnkeyedItem or DuplicateItem for lists that cannot be merged.
 *
 * Source of the rule: structured-merge-diff, TypedValue.Merge.
 */
export function merge(live: JsonObject, config: JsonObject, schema: Schema | undefined): JsonObject {
  return mergeMaps(live, config, schema);
}

function mergeValues(live: Json, config: Json, schema: Schema | undefined): Json {
  if (live === config) return live;
  const shape: Shape = shapeOf(schema, config);
  if (shape === 'map') {
    const left = isObject(live) ? live : {};
    const right = isObject(config) ? config : {};
    return isEmpty(left) && isEmpty(right) ? config : mergeMaps(left, right, schema);
  }
  if (shape === 'list') {
    const left = Array.isArray(live) ? live : [];
    const right = Array.isArray(config) ? config : [];
    return left.length === 0 && right.length === 0 ? config : mergeLists(left, right, schema as Schema);
  }
  return config;
}

function mergeMaps(live: JsonObject, config: JsonObject, schema: Schema | undefined): JsonObject {
  let merged: JsonObject | undefined;
  for (const name in config) {
    const right = config[name] as Json;
    const present = Object.hasOwn(live, name);
    const value = present ? mergeValues(live[name] as Json, right, fieldSchema(schema, name)) : right;
    if (!present || value !== live[name]) put((merged ??= { ...live }), name, value);
  }
  return merged ?? live;
}

/**
 * The items of both lists, in the order of the configuration; items that only the live list has keep their place
 * between the shared ones.
 */
function mergeLists(live: readonly Json[], config: readonly Json[], list: Schema): Json[] {
  const right = new Map<PathElement, Json>();
  for (const item of config) {
    const element = itemElement(list, item);
    if (right.has(element)) throw new DuplicateItem(element);
    right.set(element, item);
  }
  const left = live.map(item => itemElement(list, item));
  const merge = mergeItem(live, left, right, list.items);
  const merged = new Map<PathElement, Json>();
  const items: Json[] = [];
  const take = (element: PathElement): void => {
    if (merged.has(element)) return;
    const item = merge(element);
    merged.set(element, item);
    items.push(item);
  };
  interleave(left, [...right.keys()], take, i => items.push(live[i] as Json));
  return sameItems(live, items) ? (live as Json[]) : items;
}

/** Merges one item of the configuration with its live twin, unless several live items share the key. */
function mergeItem(
  live: readonly Json[],
  left: readonly PathElement[],
  right: ReadonlyMap<PathElement, Json>,
  schema: Schema | undefined,
): (element: PathElement) => Json {
  const twins = new Map<PathElement, number>();
  left.forEach((element, i) => {
    twins.set(element, twins.has(element) ? -1 : i);
  });
  return element => {
    const item = right.get(element) as Json;
    const twin = twins.get(element);
    return twin === undefined || twin === -1 ? item : mergeValues(live[twin] as Json, item, schema);
  };
}

/** Walks both lists: shared items in the order of the right, items of the left alone where they were. */
function interleave(
  left: readonly PathElement[],
  right: readonly PathElement[],
  takeRight: (element: PathElement) => void,
  takeLeft: (index: number) => void,
): void {
  const inLeft = new Set(left);
  const inRight = new Set(right);
  const shared = right.filter(element => inLeft.has(element));
  let next = 0;
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    const mine = left[l];
    if (mine !== undefined && r < right.length) {
      if (mine === right[r]) {
        takeRight(mine);
        l++;
        r++;
        next++;
        continue;
      }
      if (inRight.has(mine) && next < shared.length && shared[next] !== mine) {
        l++;
        continue;
      }
    }
    if (mine !== undefined && !inRight.has(mine)) {
      takeLeft(l++);
      continue;
    }
    if (r < right.length) {
      const theirs = right[r++] as PathElement;
      takeRight(theirs);
      if (shared[next] === theirs) next++;
    } else {
      l++;
    }
  }
}

function sameItems(a: readonly Json[], b: readonly Json[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

function isEmpty(value: JsonObject): boolean {
  for (const _ in value) return false;
  return true;
}
