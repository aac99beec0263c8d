import { isObject, type Json, type JsonObject, put } from '@millrace/json';

/** The value at a path of keys; undefined where any step is missing. */
export function valueAt(tree: Json | undefined, ...path: string[]): Json | undefined {
  return follow(tree, path);
}

/** Validation asks hundreds of times for each object, so that this makes nothing. */
function follow(tree: Json | undefined, path: readonly string[]): Json | undefined {
  let value = tree;
  for (let i = 0; i < path.length; i++) {
    if (!isObject(value)) return undefined;
    value = own(value, path[i] as string);
  }
  return value;
}

/**
 * What a table or an object itself has under a key from outside: `constructor` and `__proto__` are keys as any other,
 * and what every object inherits under them is nobody's.
 */
export function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** The object at a path, or an empty one that is no part of the tree. */
export function objectAt(tree: Json | undefined, ...path: string[]): JsonObject {
  const value = follow(tree, path);
  return isObject(value) ? value : {};
}

/** The objects of the list at a path; other items are passed over. */
export function objectsAt(tree: Json | undefined, ...path: string[]): JsonObject[] {
  return listIn(tree, path).filter(isObject);
}

export function listAt(tree: Json | undefined, ...path: string[]): Json[] {
  return listIn(tree, path);
}

function listIn(tree: Json | undefined, path: readonly string[]): Json[] {
  const value = follow(tree, path);
  return Array.isArray(value) ? value : [];
}

/** The text at a path, or the empty string. */
export function textAt(tree: Json | undefined, ...path: string[]): string {
  const value = follow(tree, path);
  return typeof value === 'string' ? value : '';
}

export function numberAt(tree: Json | undefined, ...path: string[]): number | undefined {
  const value = follow(tree, path);
  return typeof value === 'number' ? value : undefined;
}

/** The object under a key of the tree, made there when it is missing. */
export function childOf(tree: JsonObject, key: string): JsonObject {
  const value = own(tree, key);
  if (isObject(value)) return value;
  const made: JsonObject = {};
  put(tree, key, made);
  return made;
}
