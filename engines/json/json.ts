/** Any JSON value. `undefined` never stands for one: a missing key is missing. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object with keys in the order in which they were written. */
export type JsonObject = { [key: string]: Json };

/** True for a JSON object: neither null nor a list nor a scalar. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deep equality; the order of an object's keys does not count, that of a list's items does. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b);
  return isObject(a) && isObject(b) && equalObjects(a, b);
}

function equalLists(a: readonly Json[], b: readonly Json[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!equal(a[i], b[i])) return false;
  return true;
}

function equalObjects(a: JsonObject, b: JsonObject): boolean {
  let more = 0;
  for (const key in a) {
    if (!Object.hasOwn(b, key) || !equal(a[key], b[key])) return false;
    more++;
  }
  for (const _ in b) more--;
  return more === 0;
}

/** A deep copy that shares nothing with the original. */
export function clone<T extends Json>(value: T): T {
  if (Array.isArray(value)) return value.map(item => clone(item)) as T;
  if (!isObject(value)) return value;
  const copy: JsonObject = { ...value };
  for (const key in copy) {
    const item = copy[key] as Json;
    if (typeof item === 'object' && item !== null) put(copy, key, clone(item));
  }
  return copy as T;
}

/** Sets an own key of an object, also `__proto__`, which an assignment would take for the object's prototype. */
export function put<T>(object: { [key: string]: T }, key: string, value: T): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Sets every own key of another object, as Object.assign does, which goes wrong at `__proto__`. */
export function putAll(object: JsonObject, from: JsonObject): void {
  for (const key in from) put(object, key, from[key] as Json);
}

/**
 * The value of an own key, undefined where there is none. To be used for every key that comes from outside: what an
 * object inherits (`constructor`, `toString`, `__proto__`) is no part of the data.
 */
export function get<T>(object: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** How many keys a value has, at any depth: a text with more of them has one twice. */
export function countKeys(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countKeys(item);
    return count;
  }
  for (const key in value) count += 1 + countKeys(value[key] as Json);
  return count;
}
