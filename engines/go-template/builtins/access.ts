import { byteLength, fromBytes, toBytes } from '../byte-string.ts';
import { zeroOf } from '../parameter.ts';
import {
  elementType,
  GoInt,
  integerOf,
  isObjectMap,
  kindOf,
  typeName,
  underlying,
  type Value,
} from '../value.ts';

/** `index x 1 "a"`: x[1]["a"]. A key that a map lacks gives the zero value, a place that a list lacks an error. */
export function index(start: Value, keys: readonly Value[]): Value {
  let item = start;
  if (item === undefined || item === null) throw new Error('index of untyped nil');
  for (const key of keys) item = elementAt(item, key ?? undefined);
  return item;
}

function elementAt(given: Value, key: Value): Value {
  if (given === null || given === undefined) throw new Error('index of nil pointer');
  const item = underlying(given);
  if (typeof item === 'string') {
    const bytes = toBytes(item);
    return new GoInt('uint8', BigInt(bytes[within(key, bytes.length, 'string')]!));
  }
  if (item instanceof Uint8Array) return new GoInt('uint8', BigInt(item[within(key, item.length, 'slice')]!));
  if (Array.isArray(item)) return item[within(key, item.length, 'slice')] ?? null;
  if (isObjectMap(item)) {
    if (key === undefined) throw new Error('value is nil; should be of type string');
    if (typeof key !== 'string') throw new Error(`value has type ${typeName(key)}; should be string`);
    return Object.hasOwn(item, key) ? (item[key] ?? null) : zeroOf(elementType(item));
  }
  if (item instanceof Map) return mapEntry(item, key);
  throw new Error(`can't index item of type ${pointedType(given)}`);
}

/** Keys are compared by kind and value: two integers of one kind are one key. */
function mapEntry(map: Map<Value, Value>, key: Value): Value {
  if (map.has(key)) return map.get(key) ?? null;
  const wanted = integerOf(key);
  for (const [name, value] of map)
    if (wanted !== undefined && integerOf(name) === wanted && kindOf(name) === kindOf(key))
      return value ?? null;
  return zeroOf(elementType(map));
}

/** A place that is in range; the end itself passes Go's own check and is refused by reflection. */
function within(key: Value, length: number, what: string): number {
  const place = indexArgument(key, length);
  if (place === length) throw new Error(`reflect: ${what} index out of range`);
  return place;
}

function indexArgument(key: Value, limit: number): number {
  if (key === undefined || key === null) throw new Error('cannot index slice/array with nil');
  const place = integerOf(key);
  if (place === undefined) throw new Error(`cannot index slice/array with type ${typeName(key)}`);
  if (place < 0n || place > BigInt(limit)) throw new Error(`index out of range: ${place}`);
  return Number(place);
}

/** `slice x 1 2`: x[1:2], of strings by bytes. The result of a list is a list of its own. */
export function slice(given: Value, indexes: readonly Value[]): Value {
  if (given === undefined || given === null) throw new Error('slice of untyped nil');
  if (indexes.length > 3) throw new Error(`too many slice indexes: ${indexes.length}`);
  const item = underlying(given);
  if (typeof item !== 'string' && !Array.isArray(item) && !(item instanceof Uint8Array))
    throw new Error(`can't slice item of type ${pointedType(given)}`);
  if (typeof item === 'string' && indexes.length === 3) throw new Error('cannot 3-index slice a string');
  const whole = typeof item === 'string' ? toBytes(item) : item;
  const bounds = indexes.map(place => indexArgument(place, whole.length));
  const [start = 0, end = whole.length, capacity = whole.length] = bounds;
  if (start > end) throw new Error(`invalid slice index: ${start} > ${end}`);
  if (end > capacity) throw new Error(`invalid slice index: ${end} > ${capacity}`);
  const part = whole.slice(start, end);
  return typeof item === 'string' ? fromBytes(part as Uint8Array) : part;
}

/** `len x`: of strings in bytes. */
export function length(given: Value): number {
  if (given === null) throw new Error('len of nil pointer');
  // Go's reflection panics here before the message could be made.
  if (given === undefined) throw new Error('reflect: call of reflect.Value.Type on zero Value');
  const item = underlying(given);
  if (typeof item === 'string') return byteLength(item);
  if (Array.isArray(item) || item instanceof Uint8Array) return item.length;
  if (item instanceof Map) return item.size;
  if (isObjectMap(item)) return Object.keys(item).length;
  throw new Error(`len of type ${pointedType(given)}`);
}

/** The type of a value or of what it points to. */
function pointedType(value: Value): string {
  const type = typeName(value);
  return kindOf(value) === 'ptr' ? type.replace(/^\*/, '') : type;
}
