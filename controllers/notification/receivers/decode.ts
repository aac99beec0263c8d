import { isObject, type Json, type JsonObject } from '@millrace/json';
import { folded } from './folded.ts';

/**
 * What a field has to be; a list of one is any number of it. A missing field, or null, is the empty value of its
 * type.
 */
export type Shape = 'string' | 'time' | 'any' | readonly [Shape] | { readonly [field: string]: Shape };

/** A value of a shape, with every field. */
export type Decoded<S extends Shape> = S extends 'string' | 'time'
  ? string
  : S extends 'any'
    ? Json
    : S extends readonly [infer Item extends Shape]
      ? Decoded<Item>[]
      : S extends { readonly [field: string]: Shape }
        ? { [K in keyof S]: Decoded<S[K]> }
        : never;

/** The deepest that Go's encoding/json reads. */
const deepest = 10_000;

const [quote, backslash] = [0x22, 0x5c];
const [openers, closers] = ['{[', '}]'];

/**
 * The first value of a text, whatever stands behind it, as Go's json.Decoder reads a request. Only objects and null:
 * nothing else is wanted of a request. Throws SyntaxError.
 */
export function firstObject(text: string): JsonObject | null {
  const start = text.search(/[^ \t\r\n]/);
  if (start >= 0 && text.startsWith('null', start)) return null;
  if (start < 0 || text[start] !== '{') throw new SyntaxError('a JSON object is expected');
  const value = parsed(text.slice(start, endOfValue(text, start)));
  if (!isObject(value)) throw new SyntaxError('a JSON object is expected');
  return value;
}

/** What is wrong is told by its place: the text itself is nobody's to repeat. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const [place = ''] = /at position \d+/.exec((error as Error).message) ?? [];
    throw new SyntaxError(`no JSON ${place}`.trim());
  }
}

/** The value of a text that is one JSON object or null, and nothing else (json.Unmarshal). Throws SyntaxError. */
export function onlyObject(text: string): JsonObject | null {
  const value = firstObject(text);
  parsed(text);
  return value;
}

/** Throws SyntaxError where a number has no double, as Go does when it decodes without a type. */
export function requireNumbers(value: Json): void {
  const open = [value];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (one === Number.POSITIVE_INFINITY || one === Number.NEGATIVE_INFINITY)
      throw new SyntaxError('a number is too large');
    if (typeof one === 'object' && one !== null) for (const inner of Object.values(one)) open.push(inner);
  }
}

/** Where the value that begins with a bracket ends. It need not be well-formed inside. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === backslash) i++;
      else if (code === quote) inString = false;
    } else if (code === quote) inString = true;
    else if (openers.includes(text[i]!)) {
      if (++depth > deepest) throw new SyntaxError(`nested more than ${deepest} levels deep`);
    } else if (closers.includes(text[i]!) && --depth === 0) return i + 1;
  }
  return text.length;
}

/**
 * A value as Go decodes it into a struct: names of fields in any case, unknown ones passed over. Throws TypeError
 * that names the field.
 */
export function decodeAs<const S extends Shape>(shape: S, value: Json | undefined, path = ''): Decoded<S> {
  return decode(shape, value ?? null, path) as Decoded<S>;
}

function decode(shape: Shape, value: Json, path: string): unknown {
  if (shape === 'any') return value;
  if (isScalar(shape)) return decodeText(shape, value, path);
  if (isList(shape)) {
    if (value === null) return [];
    if (!Array.isArray(value)) throw new TypeError(`${path}: a list is expected`);
    return value.map((item, i) => decode(shape[0], item, `${path}[${i}]`));
  }
  if (value !== null && !isObject(value)) throw new TypeError(`${path || 'body'}: an object is expected`);
  return decodeObject(shape, value ?? {}, path);
}

function decodeObject(shape: { readonly [field: string]: Shape }, value: JsonObject, path: string): unknown {
  const names = new Map(Object.keys(shape).map(name => [folded(name), name]));
  const result = Object.fromEntries(
    Object.entries(shape).map(([name, one]) => [name, decode(one, null, name)]),
  );
  for (const [key, one] of Object.entries(value)) {
    const name = names.get(folded(key));
    if (name !== undefined && one !== null) result[name] = decode(shape[name]!, one, `${path}.${name}`);
  }
  return result;
}

function decodeText(shape: 'string' | 'time', value: Json, path: string): string {
  if (value === null) return '';
  if (typeof value !== 'string') throw new TypeError(`${path}: a string is expected`);
  if (shape === 'time' && !isTime(value)) throw new TypeError(`${path}: a time of RFC 3339 is expected`);
  return value;
}

/** As Go's time.Time takes it from JSON, which is a little more than RFC 3339. */
function isTime(text: string): boolean {
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)T([01]?\d|2[0-3]):[0-5]\d:[0-5]\d(?:[.,]\d+)?(?:Z|[+-]([01]\d|2[0-3]):([0-5]\d|60))$/.exec(
      text,
    );
  if (!parts) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

const isScalar = (shape: Shape): shape is 'string' | 'time' => typeof shape === 'string';
const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);
