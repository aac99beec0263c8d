import { FieldSet } from '@millrace/apply';
import { isObject, type Json } from '@millrace/json';

/** What one manager owns below some place: some fields, everything, or nothing. */
export type Held = FieldSet | 'all' | undefined;

/** What `managedFields` has, or nothing where it cannot be read. */
export function heldIn(fieldsV1: Json | undefined): Held {
  try {
    return fieldsV1 === undefined ? undefined : FieldSet.parse(fieldsV1);
  } catch {
    return undefined;
  }
}

/** Whether a manager owns the value of a field, or that an item is there. */
export function owns(held: Held, element: string | undefined): boolean {
  if (held === 'all') return true;
  return held !== undefined && element !== undefined && held.members.has(element);
}

/** What is owned below. Who owns a place and nothing in it owns all of it: it is atomic. */
export function below(held: Held, element: string | undefined): Held {
  if (held === 'all' || held === undefined || element === undefined) return held === 'all' ? held : undefined;
  return held.children.get(element) ?? (held.members.has(element) ? 'all' : undefined);
}

export const fieldElement = (name: string) => `f:${name}`;

/** The element by which a manager knows an item of a list: by its keys, its value or its place. */
export function itemElement(held: Held, item: Json, index: number): string | undefined {
  if (held === undefined || held === 'all') return undefined;
  const { keyed, valued } = itemsOf(held);
  if (isObject(item)) {
    for (const [names, elements] of keyed) {
      const found = elements.get(textOf(names.map(name => item[name] ?? null)));
      if (found !== undefined) return found;
    }
  } else {
    const found = valued.get(textOf(item));
    if (found !== undefined) return found;
  }
  return `i:${index}`;
}

interface Items {
  /** By the names of the keys, then by the values of them. */
  keyed: Map<string[], Map<string, string>>;
  valued: Map<string, string>;
}

const known = new WeakMap<FieldSet, Items>();

/** The items of a list that a set names, so that each is found without a walk. */
function itemsOf(set: FieldSet): Items {
  const before = known.get(set);
  if (before) return before;
  const items: Items = { keyed: new Map(), valued: new Map() };
  const byNames = new Map<string, Map<string, string>>();
  for (const element of [...set.members, ...set.children.keys()]) {
    if (element.startsWith('v:')) items.valued.set(textOf(JSON.parse(element.slice(2)) as Json), element);
    if (!element.startsWith('k:')) continue;
    const keys = JSON.parse(element.slice(2)) as { [name: string]: Json };
    const names = Object.keys(keys);
    let elements = byNames.get(textOf(names));
    if (!elements) {
      elements = new Map();
      byNames.set(textOf(names), elements);
      items.keyed.set(names, elements);
    }
    elements.set(textOf(names.map(name => keys[name] as Json)), element);
  }
  known.set(set, items);
  return items;
}

const textOf = (value: Json): string => JSON.stringify(value);
