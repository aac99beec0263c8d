import { isObject, type Json } from '@millrace/json';

/** A value as Go prints it with `%v`: `map[a:1 b:[x y]]`, keys in order. Messages of the API quote patches so. */
export function goPrint(value: Json): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goPrint).join(' ')}]`;
  if (!isObject(value)) return String(value);
  const entries = Object.keys(value).sort();
  return `map[${entries.map(key => `${key}:${goPrint(value[key] as Json)}`).join(' ')}]`;
}

/** A list of strings as Go prints it with `%#v`: `[]string{"a", "b"}`. */
export function goStrings(values: readonly Json[]): string {
  return `[]string{${values.map(value => JSON.stringify(value)).join(', ')}}`;
}
