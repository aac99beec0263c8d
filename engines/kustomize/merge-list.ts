import { get, isObject, type Json, put } from '@millrace/json';
import { BuildError } from './build-error.ts';

/** Merges lists of scalars: those of the patch first, each once. */
export function mergeScalarList(target: Json[], patch: Json[]): Json[] {
  const seen = new Set<string>();
  return [...patch, ...target].filter(item => {
    const text = String(item);
    return !seen.has(text) && seen.add(text) !== undefined;
  });
}

type MergeItems = (target: Json | undefined, patch: Json | undefined) => Json | undefined;

/**
 * Merges two lists whose items are told apart by `keys`. Items that only the patch has come first. With
 * one key the items of the patch lead in their order; with several the target's order stays (kyaml takes
 * matched items out and appends them again). An item that merges to nothing is removed; one that the patch
 * would replace stays as it was, as it does with kustomize. `merge` changes the target's item in place.
 */
export function mergeKeyedList(
  target: Json[],
  patch: Json[],
  keys: readonly string[],
  merge: MergeItems,
): Json[] {
  const [key] = keys;
  if (target.length === 0 && patch.some(item => textOf(item, key!) === '')) return patch;
  // kustomize loses the whole list then.
  if (keys.length === 1 && patch.some(item => textOf(item, key!) === ''))
    throw new BuildError(
      `an item of the patch has no ${key}, by which the items of this list are told apart`,
    );
  return keys.length === 1 ? mergeByKey(target, patch, key!, merge) : mergeByKeys(target, patch, keys, merge);
}

function mergeByKey(
  target: Json[],
  patch: Json[],
  key: string,
  merge: MergeItems,
  order: readonly string[] = [...patch, ...target].map(item => textOf(item, key)),
): Json[] {
  const targets = firstByKey(target, key);
  const patches = firstByKey(patch, key);
  const result = new Map<string, Json>();
  const removed = new Set<string>();
  for (const name of new Set(order)) {
    const merged = merge(targets.get(name), patches.get(name));
    if (isNothing(merged)) removed.add(name);
    else result.set(name, withKeys(targets.get(name) ?? merged, [key], [name]));
  }
  // Of several items with one key the last one stays, in the place of the first.
  const seen = new Set<string>();
  for (const item of target) {
    const name = textOf(item, key);
    if (seen.has(name) && !removed.has(name)) result.set(name, item);
    seen.add(name);
  }
  return [...result.values()];
}

function firstByKey(list: Json[], key: string): Map<string, Json> {
  const items = new Map<string, Json>();
  for (const item of list) {
    const name = textOf(item, key);
    if (!items.has(name)) items.set(name, item);
  }
  return items;
}

/** What the merge keys of an item say; '' for a key that it does not have. */
type Row = string[];

function mergeByKeys(target: Json[], patch: Json[], keys: readonly string[], merge: MergeItems): Json[] {
  const all = unify(distinct([...patch, ...target].map(item => rowOf(item, keys))));
  const used = usedKeys(all, keys);
  const rows = all.map(row => used.map(i => row[i]!));
  const names = used.map(i => keys[i]!);
  if (names.length === 1) {
    // An item of the patch that names no key has no place: kustomize drops it.
    const named = patch.filter(item => textOf(item, names[0]!) !== '');
    return mergeByKey(target, named, names[0]!, merge, rows.flat());
  }
  let from = [...target];
  let result: Json[] = [];
  for (const row of rows) {
    const find = (list: Json[]) => list.find(item => agrees(item, names, row));
    const merged = merge(find(from), find(patch));
    if (isNothing(merged)) from = from.filter(item => !agrees(item, names, row));
    else {
      const item = withKeys(find(from) ?? merged, names, row);
      result = [...result.filter(other => !agrees(other, names, row)), item];
    }
  }
  for (const item of from) result = appendAgain(result, item, names);
  return result;
}

/** Takes out what has the item's keys and appends the item; of keys that it lacks, kyaml asks for none behind. */
function appendAgain(result: Json[], item: Json, keys: readonly string[]): Json[] {
  const values = rowOf(item, keys).filter(value => value !== '');
  const asked = keys.slice(0, values.length);
  return [...result.filter(other => !agrees(other, asked, values)), item];
}

/** True when an item has every value that the row gives. */
function agrees(item: Json, keys: readonly string[], row: Row): boolean {
  return isObject(item) && keys.every((key, i) => row[i] === '' || textOf(item, key) === row[i]);
}

function isNothing(merged: Json | undefined): merged is undefined | null {
  return merged === undefined || merged === null || (isObject(merged) && Object.keys(merged).length === 0);
}

function distinct(rows: Row[]): Row[] {
  return [...new Map(rows.map(row => [JSON.stringify(row), row])).values()];
}

/** Rows that agree where both say something stand for the same item: each takes what the other says. */
function unify(rows: Row[]): Row[] {
  if (!rows.some(row => row.includes(''))) return rows;
  for (let i = 0; i < rows.length; i++) {
    // As it was before any of the others, as in kyaml: a row that says nothing joins each of them.
    const row = rows[i]!;
    for (let j = 0; j < rows.length; j++) {
      const joined = join(row, rows[j]!);
      if (joined !== undefined) rows[i] = rows[j] = joined;
    }
  }
  return distinct(rows);
}

function join(a: Row, b: Row): Row | undefined {
  let shared = false;
  const joined: Row = [];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x !== y && x !== '' && y !== '') return undefined;
    if (x === y) shared = true;
    joined.push(x === '' ? y : x);
  }
  return shared ? joined : undefined;
}

/** Indexes of the keys that any item has; all of them when none has any. */
function usedKeys(rows: Row[], keys: readonly string[]): number[] {
  const used = keys.map((_, i) => i).filter(i => rows.some(row => row[i] !== ''));
  return used.length > 0 ? used : keys.map((_, i) => i);
}

function rowOf(item: Json, keys: readonly string[]): Row {
  return keys.map(key => textOf(item, key));
}

function textOf(item: Json, key: string): string {
  const value = isObject(item) ? get(item, key) : undefined;
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

function withKeys(merged: Json, keys: readonly string[], row: Row): Json {
  if (!isObject(merged)) return merged;
  keys.forEach((key, i) => {
    if (get(merged, key) === undefined && row[i] !== '') put(merged, key, row[i]!);
  });
  return merged;
}
