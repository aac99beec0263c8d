import { isObjectMap, type Value } from '@millrace/go-template';
import { get, put } from '@millrace/json';
import type { Values } from '../chart/chart.ts';

/** Helm calls a map of values a table. */
export function isTable(value: Value | undefined): value is Values {
  if (typeof value !== 'object' || value === null) return false;
  // Nearly all are plain objects: this is asked of every value.
  return Object.getPrototypeOf(value) === Object.prototype || isObjectMap(value as Value);
}

/** The value of a key, undefined where the table has none: null is a value. */
export function lookUp(table: Values, key: string): Value | undefined {
  return get(table, key);
}

/** Set a key, also `__proto__`, which an assignment would take for the prototype. */
export function assign(table: Values, key: string, value: Value): void {
  put(table, key, value);
}

/** A copy that shares no table and no list with the original. */
export function copyTable(table: Values): Values {
  const copy: Values = {};
  for (const key of Object.keys(table)) assign(copy, key, copyValue(table[key] as Value));
  return copy;
}

function copyValue(value: Value): Value {
  if (Array.isArray(value)) return value.map(copyValue);
  return isTable(value) ? copyTable(value) : value;
}

/** A new table of both, tables in them merged likewise; the second wins. Nothing is copied deeper than that. */
export function mergeMaps(first: Values, second: Values): Values {
  const out: Values = {};
  for (const key of Object.keys(first)) assign(out, key, first[key] as Value);
  for (const key of Object.keys(second)) {
    const old = lookUp(out, key);
    const added = second[key] as Value;
    assign(out, key, isTable(old) && isTable(added) ? mergeMaps(old, added) : added);
  }
  return out;
}

/** The table at a path of keys joined by dots, or the key at which there is none. */
export function tableAt(values: Values, path: string): { table: Values } | { missing: string } {
  let table = values;
  for (const key of path.split('.')) {
    const next = lookUp(table, key);
    if (!isTable(next)) return { missing: key };
    table = next;
  }
  return { table };
}

/** The value at a path of keys joined by dots; undefined where there is none, or a table. */
export function valueAt(values: Values, path: string): Value | undefined {
  const keys = path.split('.');
  const last = keys.pop()!;
  const found = keys.length === 0 ? { table: values } : tableAt(values, keys.join('.'));
  if ('missing' in found) return undefined;
  const value = lookUp(found.table, last);
  return isTable(value) ? undefined : value;
}
