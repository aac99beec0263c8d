import { compareStrings } from './byte-string.ts';
import { type GoMap, integerOf, kindOf, type Value } from './value.ts';

/** The keys and values of a map in the order in which Go prints and ranges over them. */
export function sortedEntries(map: GoMap | Map<Value, Value>): [Value, Value][] {
  if (!(map instanceof Map)) return sortedKeys(map).map(key => [key, map[key] ?? null]);
  return [...map].sort(([a], [b]) => compareKeys(a, b));
}

/** The keys of a map[string]any by bytes. */
export function sortedKeys(map: GoMap): string[] {
  const keys = Object.keys(map);
  // The built-in order goes by UTF-16 units and differs from bytes only where there are surrogates.
  return keys.some(key => /[\ud800-\udfff]/.test(key)) ? keys.sort(compareStrings) : keys.sort();
}

function compareKeys(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  const [left, right] = [integerOf(a), integerOf(b)];
  if (left !== undefined && right !== undefined) return left < right ? -1 : left > right ? 1 : 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  return compareStrings(kindOf(a), kindOf(b));
}
