import { same } from '../check/type.ts';
import {
  Duration,
  ListValue,
  MapValue,
  OpaqueValue,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './value.ts';

/**
 * Equality of CEL: numbers of all types by what they are, lists and maps by their contents; values of other types
 * that differ are not equal. Throws EvaluationError where a list or map holds what its schema does not allow.
 * https://github.com/google/cel-spec/blob/master/doc/langdef.md#equality
 */
export function equal(a: Value, b: Value): boolean {
  if (isNumeric(a)) return isNumeric(b) && numericOrder(a, b) === 0;
  if (a === null || typeof a !== 'object') return a === b;
  if (b === null || typeof b !== 'object') return false;
  if (a instanceof ListValue) return b instanceof ListValue && equalLists(a, b);
  if (a instanceof MapValue) return b instanceof MapValue && equalMaps(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.type.name === b.type.name;
  if (a instanceof Optional) return b instanceof Optional && equalOptionals(a, b);
  return a instanceof OpaqueValue && b instanceof OpaqueValue && same(a.type, b.type) && a.equals(b);
}

function equalLists(a: ListValue, b: ListValue): boolean {
  if (a.equals) return a.equals(b);
  if (a.size !== b.size) return false;
  for (let i = 0; i < a.size; i++) if (!equal(a.at(i), b.at(i))) return false;
  return true;
}

function equalMaps(a: MapValue, b: MapValue): boolean {
  if (a.equals) return a.equals(b);
  if (a.size !== b.size) return false;
  for (const key of a.keys()) {
    const other = b.find(key);
    if (other === undefined || !equal(a.find(key)!, other)) return false;
  }
  return true;
}

function equalOptionals(a: Optional, b: Optional): boolean {
  if (a.value === undefined || b.value === undefined) return a.value === b.value;
  return equal(a.value, b.value);
}

export function isNumeric(value: Value): value is bigint | number | Uint {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint;
}

/** Which of two numbers is greater: negative, 0 or positive; undefined when one is not a number (NaN). */
export function numericOrder(a: bigint | number | Uint, b: bigint | number | Uint): number | undefined {
  const [left, right] = [plain(a), plain(b)];
  // cel-go rounds an integer to a double before it compares it with one.
  if (typeof left !== typeof right) return numericOrder(Number(left), Number(right));
  if (left < right) return -1;
  if (left > right) return 1;
  return left === right ? 0 : undefined;
}

function plain(value: bigint | number | Uint): bigint | number {
  return value instanceof Uint ? value.value : value;
}

/** Which of two values of one ordered type comes first; undefined where there is no order between them. */
export function order(a: Value, b: Value): number | undefined {
  if (isNumeric(a)) return isNumeric(b) ? numericOrder(a, b) : undefined;
  if (typeof a === 'string') return typeof b === 'string' ? compareText(a, b) : undefined;
  if (typeof a === 'boolean') return typeof b === 'boolean' ? Number(a) - Number(b) : undefined;
  if (a instanceof Uint8Array) return b instanceof Uint8Array ? Buffer.compare(a, b) : undefined;
  if (a instanceof Timestamp && b instanceof Timestamp) return compareBig(a.nanos, b.nanos);
  if (a instanceof Duration && b instanceof Duration) return compareBig(a.nanos, b.nanos);
  return undefined;
}

function compareBig(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By code points, as Go compares the bytes; JavaScript's own order differs beyond the first plane. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
  const isSurrogate = (unit: number) => unit >= 0xd800 && unit < 0xe000;
  if (isSurrogate(x) !== isSurrogate(y) && i < a.length && i < b.length) return isSurrogate(x) ? 1 : -1;
  return a < b ? -1 : 1;
}
