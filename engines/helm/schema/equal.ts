import type { Value } from '@millrace/go-template';
import type { Json } from '@millrace/json';
import { isTable } from '../values/table.ts';

/** Whether two values are the same JSON: numbers by what they are worth, whatever their type. */
export function equalValues(a: Value | Json, b: Value | Json): boolean {
  if (isNumber(a) || isNumber(b)) return isNumber(a) && isNumber(b) && a <= b && a >= b;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, at) => equalValues(item as Value, b[at] as Value))
    );
  }
  if (!isTable(a) || !isTable(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every(key => Object.hasOwn(b, key) && equalValues(a[key] as Value, b[key] as Value))
  );
}

function isNumber(value: Value | Json): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** A text that equal values share, and few others: to look for equals among many. */
export function valueKey(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(valueKey).join()}]`;
  if (isTable(value)) {
    const keys = Object.keys(value).sort();
    return `{${keys.map(key => `${key}:${valueKey(value[key] as Value)}`).join()}}`;
  }
  return String(value);
}
