import { compareStrings } from '../byte-string.ts';
import {
  GoInt,
  type GoMap,
  GoObject,
  integerOf,
  isObjectMap,
  isTypedNil,
  typeName,
  type Value,
} from '../value.ts';

/** A value that has no JSON form, in the words of Go's encoding/json. */
export class JsonMarshalError extends Error {
  override readonly name = 'JsonMarshalError';
}

/** What has a JSON form: numbers of Go's integer types come as bigint. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | JsonValue[]
  | { [key: string]: JsonValue };

/** encoding/json begins to look for cycles at this depth; nothing that ends nests so deeply. */
const maxDepth = 1000;

/**
 * A value as encoding/json sees it: named types become what they are made of, bytes base64, keys strings. What
 * needs no change is not copied. Throws JsonMarshalError.
 */
export function jsonValue(value: Value, depth = 0): JsonValue {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? value : value.toWellFormed();
    case 'number':
      return finite(value);
    case 'undefined':
      return null;
    case 'boolean':
    case 'bigint':
      return value;
  }
  if (value === null) return null;
  if (depth > maxDepth)
    throw new JsonMarshalError(`json: unsupported value: encountered a cycle via ${typeName(value)}`);
  if (Array.isArray(value)) return isTypedNil(value) ? null : listValue(value, depth);
  if (isObjectMap(value)) return isTypedNil(value) ? null : mapValue(value, depth);
  if (value instanceof GoInt) return value.value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof GoObject) return objectValue(value, depth);
  if (value instanceof Map) return mapValue(stringKeyed(value), depth);
  throw new JsonMarshalError(`json: unsupported type: ${typeName(value)}`);
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  const text = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  throw new JsonMarshalError(`json: unsupported value: ${text}`);
}

function listValue(list: Value[], depth: number): JsonValue {
  let copy: JsonValue[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const item = jsonValue(list[index], depth + 1);
    if (item !== list[index]) copy ??= list.slice(0, index) as JsonValue[];
    copy?.push(item);
  }
  return copy ?? (list as JsonValue[]);
}

function mapValue(map: GoMap, depth: number): JsonValue {
  let copy: Map<string, JsonValue> | undefined;
  for (const key of Object.keys(map)) {
    const item = jsonValue(map[key], depth + 1);
    if (item !== map[key] || !key.isWellFormed())
      copy ??= new Map(Object.entries(map) as [string, JsonValue][]);
    copy?.set(key, item);
  }
  if (!copy) return map as JsonValue;
  return Object.fromEntries(Array.from(copy, ([key, item]) => [key.toWellFormed(), item]));
}

function objectValue(object: GoObject, depth: number): JsonValue {
  const { json, marshalText, base, fields, kind, type } = object.shape;
  if (marshalText) return marshalText();
  if (!json && base !== undefined) return jsonValue(base, depth);
  if (kind === 'func') throw new JsonMarshalError(`json: unsupported type: ${type}`);
  const exported = () =>
    Object.fromEntries(Object.entries(fields ?? {}).filter(([name]) => /^\p{Lu}/u.test(name)));
  const value = jsonValue(json ? json() : exported(), depth + 1);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) structs.add(value);
  return value;
}

/** Objects that come from structs: their keys are written in the order of the fields. */
const structs = new WeakSet<object>();

function stringKeyed(map: Map<Value, Value>): GoMap {
  return Object.fromEntries(
    Array.from(map, ([key, value]) => {
      const text = typeof key === 'string' ? key : integerOf(key)?.toString();
      if (text === undefined) throw new JsonMarshalError(`json: unsupported type: ${typeName(map)}`);
      return [text, value];
    }),
  );
}

export interface MarshalOptions {
  /** Whether <, > and & are written as escapes, as encoding/json does unless it is told otherwise. */
  escapeHtml?: boolean;
  /** The indentation of a level; none puts everything on one line. */
  indent?: string;
}

/** JSON as Go's encoding/json writes it: keys by bytes, numbers in Go's form. Throws JsonMarshalError. */
export function marshalJson(value: Value, options: MarshalOptions = {}): string {
  const { escapeHtml = true, indent } = options;
  return written(jsonValue(value), escapeHtml ? /[<>&\u2028\u2029]/g : /[\u2028\u2029]/g, indent, '\n');
}

function written(value: JsonValue, escaped: RegExp, indent: string | undefined, line: string): string {
  if (typeof value === 'string') return quoted(value, escaped);
  if (typeof value === 'number') return numberText(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = line + (indent ?? '');
  if (Array.isArray(value))
    return bracketed(
      '[',
      ']',
      value.map(item => written(item, escaped, indent, inner)),
      indent,
      line,
    );
  const colon = indent === undefined ? ':' : ': ';
  const keys = Object.keys(value);
  const entries = (structs.has(value) ? keys : sorted(keys)).map(
    key => quoted(key, escaped) + colon + written(value[key]!, escaped, indent, inner),
  );
  return bracketed('{', '}', entries, indent, line);
}

function bracketed(
  open: string,
  close: string,
  items: string[],
  indent: string | undefined,
  line: string,
): string {
  if (indent === undefined || items.length === 0) return open + items.join(',') + close;
  return open + line + indent + items.join(`,${line}${indent}`) + line + close;
}

function sorted(keys: string[]): string[] {
  return keys.length > 1 ? keys.sort(compareStrings) : keys;
}

function quoted(text: string, escaped: RegExp): string {
  return JSON.stringify(text).replace(
    escaped,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** encoding/json's form of a float: an exponent only below 1e-6 and from 1e21 on, which is JavaScript's as well. */
function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
