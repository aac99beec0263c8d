import type { Json, JsonObject } from '@millrace/json';
import { ChartError } from './chart-error.ts';
import { formatFloat32 } from './go-float.ts';

/** What a field of a Go struct holds. */
export type FieldType =
  | 'string'
  | 'bool'
  | 'time'
  | 'any[]'
  | 'string[]'
  | 'map[string]string'
  | Struct
  | Struct[];

/** A Go struct: its name, and its fields by their JSON names. */
export interface Struct {
  name: string;
  /** The package that it is declared in. */
  package: string;
  fields: Readonly<Record<string, FieldType>>;
}

export interface DecodeOptions {
  /** How a plain scalar was written, where its value does not tell. */
  spelling?: (map: JsonObject, key: string) => string | undefined;
  /** Unknown fields are errors. */
  strict?: boolean;
  /** A text has to be written as one, as encoding/json alone has it. */
  exactTexts?: boolean;
}

/**
 * Turn YAML's values into the fields of a struct, as sigs.k8s.io/yaml and encoding/json do together: field names match
 * without regard to case, numbers and booleans become strings where a string is wanted, null leaves a field alone,
 * unknown fields are passed over.
 * @throws ChartError in encoding/json's words.
 */
export function decodeStruct(value: Json, type: Struct, options: DecodeOptions = {}): JsonObject {
  if (value === null) return {};
  if (!isMap(value)) throw mismatch(value, `Go value of type ${typeNameOf(type)}`);
  return structOf(value, type, [], options);
}

function structOf(map: JsonObject, type: Struct, path: string[], options: DecodeOptions): JsonObject {
  const out: JsonObject = {};
  // encoding/json sees the keys sorted, and a later one replaces an earlier.
  for (const key of Object.keys(map).sort()) {
    const field = fieldNamed(type, key);
    const value = map[key]!;
    if (field === undefined && options.strict)
      throw new ChartError(`json: unknown field ${JSON.stringify(key)}`);
    if (field === undefined || value === null) continue;
    const text = () => options.spelling?.(map, key);
    const at: Place = { type, path: [...path, field], options, text };
    const decoded = decode(value, type.fields[field]!, at);
    // To Go, a text or a boolean that is empty is one that was not written.
    if (decoded === '' || decoded === false) delete out[field];
    else out[field] = decoded;
  }
  return out;
}

function fieldNamed(type: Struct, key: string): string | undefined {
  if (Object.hasOwn(type.fields, key)) return key;
  const folded = key.toLowerCase();
  return Object.keys(type.fields).find(name => name.toLowerCase() === folded);
}

interface Place {
  type: Struct;
  path: string[];
  options: DecodeOptions;
  text: () => string | undefined;
}

function decode(value: Json, wanted: FieldType, at: Place): Json {
  if (wanted === 'string') return stringOf(value, at, at.text());
  if (wanted === 'time') return timeOf(value, at);
  if (wanted === 'bool') {
    if (typeof value !== 'boolean') throw wrong(value, at, 'bool');
    return value;
  }
  if (wanted === 'map[string]string') {
    if (!isMap(value)) throw wrong(value, at, wanted);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, stringOf(item, at)]));
  }
  if (wanted === 'any[]') {
    if (!Array.isArray(value)) throw wrong(value, at, '[]interface {}');
    return value;
  }
  if (wanted === 'string[]') {
    if (!Array.isArray(value)) throw wrong(value, at, '[]string');
    return value.map(item => stringOf(item, at));
  }
  if (!Array.isArray(wanted)) {
    if (!isMap(value)) throw wrong(value, at, typeNameOf(wanted));
    return structOf(value, wanted, at.path, at.options);
  }
  const item = wanted[0]!;
  if (!Array.isArray(value)) throw wrong(value, at, `[]*${typeNameOf(item)}`);
  return value.map(one => {
    // A null stays: the validation of a chart speaks of it.
    if (one === null) return null;
    if (!isMap(one)) throw wrong(one, at, typeNameOf(item));
    return structOf(one, item, at.path, at.options);
  });
}

function stringOf(value: Json, at: Place, written?: string): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (at.options.exactTexts) throw wrong(value, at, 'string');
  // A bigint is an integer that no number holds: see `integers` of parseAll.
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'number') throw wrong(value, at, 'string');
  const isFloat = written === undefined ? !Number.isInteger(value) : isFloatText(written);
  return isFloat ? formatFloat32(value) : BigInt(value).toString();
}

/** YAML reads a number with a point or an exponent as a float, whole or not. */
function isFloatText(text: string): boolean {
  return !/^[-+]?0[xX]/.test(text) && /[.eE]/.test(text);
}

function timeOf(value: Json, at: Place): string {
  if (typeof value !== 'string') throw wrong(value, at, 'time.Time');
  if (!/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d([.,]\d+)?([Zz]|[-+]\d\d:\d\d)$/.test(value)) {
    throw new ChartError(
      `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse it`,
    );
  }
  return value;
}

function typeNameOf(type: Struct): string {
  return `${type.package}.${type.name}`;
}

function wrong(value: Json, at: Place, wanted: string): ChartError {
  return mismatch(value, `Go struct field ${at.type.name}.${at.path.join('.')} of type ${wanted}`);
}

function mismatch(value: Json, target: string): ChartError {
  const kind = Array.isArray(value) ? 'array' : isMap(value) ? 'object' : typeof value;
  return new ChartError(`json: cannot unmarshal ${kind === 'boolean' ? 'bool' : kind} into ${target}`);
}

function isMap(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
