import { equal, isObject, type Json, type JsonObject } from '@millrace/json';

/** Merges lists of scalars: those of the patch first, each once. */
export function mergeScalarList(target: Json[], patch: Json[]): Json[] {
  const seen = new Set<string>();
  return [...patch, ...target].filter(item => {
    const text = String(item);
    return !seen.has(text) && seen.add(text) !== undefined;
  });
}

/** What the merge keys of an item say; '' for a key that it does not have. */
type Row = string[];

type MergeItems = (target: Json | undefined, patch: Json | undefined) => Json | undefined;

/**
 * Merges two lists whose items are told apart by `keys`. Items that only the patch has come first. With
 * one key the items of the patch lead in their order; with several the target's order stays (kyaml takes
 * matched items out and appends them again). An item that merges to nothing is removed.
 */
export function mergeKeyedList(
  target: Json[],
  patch: Json[],
  keys: readonly string[],
  merge: MergeItems,
): Json[] {
  const rows = distinctRows([...patch, ...target], keys);
  if (rows.length === 0) return [];
  const used = usedKeys(rows, keys);
  const targets = new KeyedItems(target, keys);
  const patches = new KeyedItems(patch, keys);
  const result = new Map<string, Json>();
  const removed = new Set<Json>();
  for (const row of rows) {
    const old = targets.find(row);
    const merged = merge(old, patches.find(row));
    if (merged === undefined || merged === null || (isObject(merged) && Object.keys(merged).length === 0)) {
      if (old !== undefined) for (const item of targets.all(row)) removed.add(item);
      continue;
    }
    const item = withKeys(merged, keys, row);
    const id = rowKey(used.map(i => row[i]!));
    result.set(id, item);
    // What stood in the target in this item's place is now the merged one.
    if (old !== undefined) targets.become(old, item);
  }
  return appendTarget(
    result,
    targets.items,
    removed,
    used.map(i => keys[i]!),
  );
}

/** Puts the target's items behind (or in the place of) the merged ones. */
function appendTarget(result: Map<string, Json>, target: Json[], removed: Set<Json>, keys: string[]): Json[] {
  for (const item of target) {
    if (removed.has(item) || !isObject(item)) continue;
    const id = rowKey(rowOf(item, keys));
    if (keys.length > 1) result.delete(id);
    result.set(id, item);
  }
  return [...result.values()];
}

function distinctRows(items: Json[], keys: readonly string[]): Row[] {
  const rows: Row[] = [];
  const seen = new Set<string>();
  for (const item of items) {
    const row = rowOf(item, keys);
    const id = rowKey(row);
    if (!seen.has(id)) rows.push(row);
    seen.add(id);
  }
  return keys.length > 1 ? unify(rows) : rows;
}

/** Rows that agree where both say something stand for the same item: each takes what the other says. */
function unify(rows: Row[]): Row[] {
  if (!rows.some(row => row.includes(''))) return rows;
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < rows.length; j++) {
      const joined = join(rows[i]!, rows[j]!);
      if (joined !== undefined) rows[i] = rows[j] = joined;
    }
  }
  const seen = new Set<string>();
  return rows.filter(row => !seen.has(rowKey(row)) && seen.add(rowKey(row)) !== undefined);
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
  return keys.map(key => {
    const value = isObject(item) ? item[key] : undefined;
    return value === undefined || value === null ? '' : typeof value === 'object' ? '' : String(value);
  });
}

function rowKey(row: Row): string {
  return row.length === 1 ? row[0]! : JSON.stringify(row);
}

function withKeys(merged: Json, keys: readonly string[], row: Row): Json {
  if (!isObject(merged)) return merged;
  keys.forEach((key, i) => {
    if (merged[key] === undefined && row[i] !== '') (merged as JsonObject)[key] = row[i]!;
  });
  return merged;
}

/** The items of one list, found by the keys that a row gives. */
class KeyedItems {
  readonly items: Json[];
  readonly #keys: readonly string[];
  readonly #byRow = new Map<string, Json[]>();

  constructor(items: Json[], keys: readonly string[]) {
    this.items = [...items];
    this.#keys = keys;
    for (const item of items) {
      const id = rowKey(rowOf(item, keys));
      const same = this.#byRow.get(id);
      if (same === undefined) this.#byRow.set(id, [item]);
      else same.push(item);
    }
  }

  find(row: Row): Json | undefined {
    return this.all(row)[0];
  }

  all(row: Row): Json[] {
    const exact = this.#byRow.get(rowKey(row));
    if (exact !== undefined || this.#keys.length === 1) return exact ?? [];
    return this.items.filter(
      item =>
        join(rowOf(item, this.#keys), row) !== undefined &&
        equal(
          rowOf(item, this.#keys).filter((v, i) => v !== '' && v !== row[i]),
          [],
        ),
    );
  }

  become(old: Json, item: Json): void {
    const i = this.items.indexOf(old);
    if (i >= 0) this.items[i] = item;
  }
}
