import { isObject, type Json } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import { keysElement, oneKeyElement, type PathElement, valueElement } from './path-element.ts';

/** How a value takes part in ownership and merging. */
export type Shape =
  /** Fields or entries are owned one by one. */
  | 'map'
  /** Items are told apart by their keys (`listType: map`) or by their value (`listType: set`). */
  | 'list'
  /** Owned and replaced as a whole, whatever is inside. */
  | 'atomic map'
  | 'atomic list'
  | 'scalar';

/**
 * The shape of a value under its schema. Where the schema leaves the type open (unknown fields that are
 * preserved, raw extensions) the value decides: maps are granular, lists atomic. An undecided null counts as a map.
 *
 * Source of the rule: structured-merge-diff, and kube-openapi's conversion of OpenAPI to its schemas.
 */
export function shapeOf(schema: Schema | undefined, value: Json): Shape {
  switch (declaredType(schema)) {
    case 'object':
      return schema?.mapType === 'atomic' ? 'atomic map' : 'map';
    case 'array':
      return listKind(schema as Schema) === 'atomic' ? 'atomic list' : 'list';
    case 'scalar':
      return 'scalar';
    default:
      if (Array.isArray(value)) return 'atomic list';
      return typeof value === 'object' ? 'map' : 'scalar';
  }
}

export function declaredType(schema: Schema | undefined): 'object' | 'array' | 'scalar' | undefined {
  if (!schema) return undefined;
  // A custom resource's int-or-string is published without a type, and so takes anything here.
  if (schema.intOrString) return schema.definition === undefined ? undefined : 'scalar';
  const type = schema.type;
  return type === undefined || type === 'object' || type === 'array' ? type : 'scalar';
}

/**
 * What tells the items of a list apart. A list without a list type that strategic merge merges is taken as it is
 * merged there, as kube-openapi does.
 */
export function listKind(schema: Schema): 'atomic' | 'set' | 'map' {
  if (schema.listType) return schema.listType;
  if (!schema.patchStrategy.includes('merge')) return 'atomic';
  return schema.patchMergeKey === undefined ? 'set' : 'map';
}

/** The schema of a field or entry of a map; undefined where its type is open. */
export function fieldSchema(schema: Schema | undefined, name: string): Schema | undefined {
  const field = schema?.properties?.[name];
  if (field) return field;
  const rest = schema?.additionalProperties;
  return typeof rest === 'object' ? rest : undefined;
}

/** True for a field that the schema names, false for an entry of a map. */
export function isDeclaredField(schema: Schema | undefined, name: string): boolean {
  return schema?.properties?.[name] !== undefined;
}

/** True when a map takes fields that its schema does not name. */
export function takesAnyField(schema: Schema | undefined): boolean {
  return (
    schema?.type !== 'object' ||
    schema.preserveUnknownFields ||
    (schema.additionalProperties !== undefined && schema.additionalProperties !== false) ||
    schema.properties === undefined
  );
}

/** An item of a list has nothing to tell it from the others. */
export class UnkeyedItem extends Error {
  override name = 'UnkeyedItem';
}

/**
 * The path element of an item of a set or map list. Key fields that the item leaves out take their default.
 * Throws UnkeyedItem when the item cannot be told from others.
 */
export function itemElement(list: Schema, item: Json): PathElement {
  return listKind(list) === 'set' ? setElement(item) : mapElement(list, item);
}

/** Of the elements of a list those that stand there several times: nothing tells such items apart. */
export function repeatedAmong(elements: readonly PathElement[]): ReadonlySet<PathElement> {
  if (elements.length < 2) return none;
  const seen = new Set<PathElement>();
  let repeated: Set<PathElement> | undefined;
  for (const element of elements) {
    if (seen.has(element)) (repeated ??= new Set()).add(element);
    else seen.add(element);
  }
  return repeated ?? none;
}

const none: ReadonlySet<PathElement> = new Set();

function setElement(item: Json): PathElement {
  if (item === null)
    throw new UnkeyedItem("associative list without keys has an element that's an explicit null");
  if (Array.isArray(item)) throw new UnkeyedItem('not supported: associative list with lists as elements');
  if (isObject(item)) throw new UnkeyedItem("associative list without keys has an element that's a map type");
  return valueElement(item);
}

function mapElement(list: Schema, item: Json): PathElement {
  if (item === null) throw new UnkeyedItem('associative list with keys may not have a null element');
  if (!isObject(item)) throw new UnkeyedItem('associative list with keys may not have non-map elements');
  const keys = keyFields(list);
  const [first] = keys;
  if (keys.length === 1 && first && Object.hasOwn(item, first.name)) {
    const value = item[first.name];
    if (typeof value === 'string') return oneKeyElement(first.name, value);
  }
  let members = '';
  for (const { name, written } of keys) {
    const value = Object.hasOwn(item, name) ? item[name] : keyDefault(list.items, name);
    if (value !== undefined) members += `${members === '' ? '' : ','}${written}:${JSON.stringify(value)}`;
  }
  if (members !== '') return keysElement(members);
  throw new UnkeyedItem(
    `associative list with keys has an element that omits all key fields [${declaredKeys(list)
      .map(name => JSON.stringify(name))
      .join(' ')}] (and doesn't have default values for any key fields)`,
  );
}

/** Go's zero value stands for a required key field of a built-in kind that was left out. */
function keyDefault(items: Schema | undefined, name: string): Json | undefined {
  const field = items?.properties?.[name];
  if (!field || field.default !== undefined) return field?.default;
  if (items?.definition === undefined || !items.required.includes(name)) return undefined;
  return field.type === 'integer' ? 0 : '';
}

/** A key field, and its name as JSON. */
type KeyField = { readonly name: string; readonly written: string };

const keysOfLists = new WeakMap<Schema, readonly KeyField[]>();

/** In the order in which the element of an item names them. */
function keyFields(list: Schema): readonly KeyField[] {
  let fields = keysOfLists.get(list);
  if (!fields) {
    fields = [...declaredKeys(list)].sort().map(name => ({ name, written: JSON.stringify(name) }));
    keysOfLists.set(list, fields);
  }
  return fields;
}

function declaredKeys(list: Schema): readonly string[] {
  if (list.listMapKeys.length > 0) return list.listMapKeys;
  return list.patchMergeKey === undefined ? [] : [list.patchMergeKey];
}
