import { isObject, type Json, type JsonObject } from '@millrace/json';
import { goType, goValue } from './go-value.ts';
import {
  BadStrategicPatch,
  patchDirective,
  unknownDirective,
  withoutDirectives,
} from './strategic-directives.ts';

/** What one `$setElementOrder` is about. */
export type OrderedList = {
  readonly original: readonly Json[] | undefined;
  readonly patch: readonly Json[] | undefined;
  /** Keys of the items (`{name: a}`), or the primitives, in the order in which they shall stand. */
  readonly order: readonly Json[];
  /** False when the patch replaces the list. */
  readonly merges: boolean;
  readonly rules: ListRules;
};

/** How the items of a list are told apart and merged. */
export type ListRules = {
  readonly mergeKey: string | undefined;
  readonly mergeItem: (item: JsonObject, patch: JsonObject) => JsonObject;
};

/**
 * Merges a list with the patch strategy `merge`: objects by their merge key, primitives as a set. Items of the patch
 * come in the order of the patch, those that only the original has keep their place among them.
 */
export function mergeLists(original: readonly Json[], patch: readonly Json[], rules: ListRules): Json[] {
  if (original.length === 0 && patch.length === 0) return [];
  if (!holdObjects(original, patch)) {
    return arrange([...new Set([...original, ...patch])], patch, original, primitive);
  }
  const key = keyed(rules.mergeKey);
  const { kept, changes, replaces } = obeyDirectives(original, patch, key);
  if (replaces) return arrange(changes, patch, changes, key.of);
  return arrange(mergeItems(kept, changes, key, rules), patch, kept, key.of);
}

/** The list without the given primitives. */
export function removeFromList(list: readonly Json[], removed: readonly Json[]): Json[] {
  const gone = new Set(removed);
  return list.filter(item => !gone.has(item));
}

/** Merges a list and brings it to the given order; undefined when neither side has the list. */
export function orderList(list: OrderedList): Json[] | undefined {
  const { original, patch, order, rules } = list;
  requireOrder(patch ?? [], order, rules.mergeKey);
  const merged = mergeOrdered(list);
  if (!merged) return undefined;
  const objects = holdObjects(original ?? [], patch ?? []);
  return arrange(merged, order, original ?? [], objects ? keyed(rules.mergeKey).of : primitive);
}

function mergeOrdered(list: OrderedList): readonly Json[] | undefined {
  const { original, patch, rules } = list;
  if (!patch) return original;
  if (!original) return withoutDirectives(patch as Json[]) as Json[];
  return list.merges ? mergeLists(original, patch, rules) : patch;
}

/** How to tell items apart; `of` is undefined for an item that lacks the key. */
type Key = { readonly name: string; readonly of: (item: Json) => Json | undefined };

const primitive = (item: Json): Json => item;

function keyed(name: string | undefined): Key {
  if (name === undefined) {
    throw new BadStrategicPatch('cannot merge lists without merge key for struct');
  }
  return { name, of: item => (isObject(item) && Object.hasOwn(item, name) ? item[name] : undefined) };
}

function required(item: Json, key: Key): Json {
  const value = key.of(item);
  if (value !== undefined) return value;
  throw new BadStrategicPatch(`map: ${goValue(item)} does not contain declared merge key: ${key.name}`);
}

/** Items with `$patch` delete their twins, or make the patch replace the list. */
function obeyDirectives(
  original: readonly Json[],
  patch: readonly Json[],
  key: Key,
): { kept: readonly Json[]; changes: JsonObject[]; replaces: boolean } {
  const changes: JsonObject[] = [];
  const deleted = new Set<Json>();
  let replaces = false;
  for (const item of patch as readonly JsonObject[]) {
    const directive = item[patchDirective];
    if (directive === undefined) changes.push(item);
    else if (directive === 'delete') deleted.add(required(item, key));
    else if (directive === 'replace') replaces = true;
    else if (directive === 'merge') {
      throw new BadStrategicPatch('merging lists cannot yet be specified in the patch');
    } else throw unknownDirective(directive, item);
  }
  const kept = deleted.size === 0 ? original : original.filter(item => !deleted.has(key.of(item) as Json));
  return { kept, changes, replaces };
}

function mergeItems(
  original: readonly Json[],
  changes: readonly JsonObject[],
  key: Key,
  rules: ListRules,
): Json[] {
  const merged = [...original];
  const index = new Map<Json, number>();
  original.forEach((item, i) => {
    const value = key.of(item);
    if (value !== undefined && !index.has(value)) index.set(value, i);
  });
  for (const change of changes) {
    const value = required(change, key);
    const at = index.get(value);
    if (at === undefined) index.set(value, merged.push(change) - 1);
    else merged[at] = rules.mergeItem(merged[at] as JsonObject, change);
  }
  for (const item of merged) required(item, key);
  return merged;
}

/** Every item of the patch must come in the order that `$setElementOrder` gives. */
function requireOrder(patch: readonly Json[], order: readonly Json[], mergeKey: string | undefined): void {
  if (patch.length === 0 || order.length === 0) return;
  const keyOf = mergeKey === undefined ? primitive : (item: Json) => required(item, keyed(mergeKey));
  let at = 0;
  for (const item of patch) {
    if (isObject(item) && Object.hasOwn(item, patchDirective)) continue;
    const key = keyOf(item);
    while (at < order.length && keyOf(order[at] as Json) !== key) at++;
    if (at++ < order.length) continue;
    throw new BadStrategicPatch(
      `The order in patch list:\n${goValue(patch as Json[])}\n doesn't match $setElementOrder list:\n${goValue(order as Json[])}\n`,
    );
  }
}

/**
 * Puts the items that `order` names in that order, and the others, in the order of the original, between them: an
 * item of the original alone comes before one of the patch only when it did so in the original.
 */
function arrange(
  items: readonly Json[],
  order: readonly Json[],
  original: readonly Json[],
  keyOf: (item: Json) => Json | undefined,
): Json[] {
  const wanted = positions(order, keyOf);
  const before = positions(original, keyOf);
  const rank = (item: Json, of: Map<Json | undefined, number>): number => of.get(keyOf(item)) ?? -1;
  const named = items.filter(item => wanted.has(keyOf(item)));
  const others = items.filter(item => !wanted.has(keyOf(item)));
  named.sort((a, b) => rank(a, wanted) - rank(b, wanted));
  others.sort((a, b) => rank(a, before) - rank(b, before));
  const result: Json[] = [];
  let i = 0;
  for (const item of named) {
    const place = rank(item, before);
    while (place >= 0 && i < others.length) {
      const other = rank(others[i] as Json, before);
      if (other < 0 || other >= place) break;
      result.push(others[i++] as Json);
    }
    result.push(item);
  }
  return [...result, ...others.slice(i)];
}

function positions(
  items: readonly Json[],
  keyOf: (item: Json) => Json | undefined,
): Map<Json | undefined, number> {
  const at = new Map<Json | undefined, number>();
  items.forEach((item, i) => {
    const key = keyOf(item);
    if (!at.has(key)) at.set(key, i);
  });
  return at;
}

/** True for lists of objects; throws BadStrategicPatch for lists of lists and of mixed types. */
function holdObjects(original: readonly Json[], patch: readonly Json[]): boolean {
  const items = [...original, ...patch];
  const [first] = items;
  if (first === undefined) return false;
  if (Array.isArray(first)) throw new BadStrategicPatch('lists of lists are not supported');
  const type = goType(first);
  if (items.some(item => goType(item) !== type)) {
    const lists = goValue([original as Json[], patch as Json[]]);
    throw new BadStrategicPatch(`list element types are not identical: ${lists}`);
  }
  return isObject(first);
}
