import { put } from '@millrace/json';
import { fromBytes } from '../byte-string.ts';
import { printed, sprint } from '../fmt/print.ts';
import {
  GoInt,
  type GoMap,
  GoObject,
  type Kind,
  kindOf,
  typeName,
  underlying,
  type Value,
  withType,
} from '../value.ts';
import { nilDereference } from './panic.ts';

/** The type of what an interface holds, as %T has it. */
export function dynamicType(value: Value): string {
  return typeName(value ?? undefined);
}

/** The kind of what an interface holds; `invalid` for nil. */
export function dynamicKind(value: Value): Kind {
  return kindOf(value ?? undefined);
}

/** The kind, where Go asks the type of a value for it: nil has none, and asking is a panic. */
export function kindOfType(value: Value): Kind {
  if (value === null || value === undefined) throw nilDereference();
  return kindOf(value);
}

/** The elements of a list of any type; undefined for what is no list. */
export function elementsOf(value: Value): Value[] | undefined {
  const list = underlying(value);
  if (Array.isArray(list)) return list;
  if (!(list instanceof Uint8Array)) return undefined;
  return Array.from(list, byte => new GoInt('uint8', BigInt(byte)));
}

/** Sprig's text of a value: bytes are text, an error or Stringer says its own. */
export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return fromBytes(value);
  return value instanceof GoObject && value.shape.text ? value.shape.text() : printed(value);
}

/** The text that %v has. */
export function plainText(value: Value): string {
  return sprint([value]);
}

/** A list of texts, of Go's type. */
export function stringList(items: string[]): string[] {
  return withType(items, '[]string');
}

/** Sprig's strings of a value: each element's text without the nil ones; what is no list is the only element. */
export function stringsOf(value: Value): string[] {
  const items = elementsOf(value);
  // A []string is given back itself: sortAlpha sorts it where it is.
  if (items && typeName(value) === '[]string') return items as string[];
  if (items) return stringList(items.filter(item => item !== null && item !== undefined).map(textOf));
  return stringList(value === null || value === undefined ? [] : [textOf(value)]);
}

/**
 * Sprig's `empty`: no value, false, zero, and what has no length. A struct is never empty. Differs from the truth
 * of text/template in nothing but pointers and functions.
 */
export function isEmpty(given: Value): boolean {
  if (given === null || given === undefined) return true;
  const value = underlying(given);
  if (typeof value === 'string') return value === '';
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value === 0;
  if (typeof value === 'bigint') return value === 0n;
  if (value instanceof GoInt) return value.value === 0n;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Map) return value.size === 0;
  return kindOf(value) === 'map' && Object.keys(value as object).length === 0;
}

/** Set an own key of a map, also `__proto__`. */
export function putEntry(map: GoMap, key: string, value: Value): void {
  put<Value>(map as Record<string, Value>, key, value ?? null);
}
