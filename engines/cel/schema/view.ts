import { equal as equalJson, isObject, type Json, type JsonObject } from '@millrace/json';
import { opaque, type Type } from '../check/type.ts';
import { EvaluationError } from '../error.ts';
import { equal } from '../value/equal.ts';
import { parseDuration, parseTimestamp } from '../value/time.ts';
import { MapValue, OpaqueValue, Timestamp, type Value } from '../value/value.ts';
import { withObjectMeta } from './declaration.ts';
import { escapeName, unescapeName } from './property-name.ts';
import { source } from './source.ts';
import { viewList } from './view-list.ts';

/**
 * Plain JSON as a value, seen with its structural schema: fields under their escaped names, texts with a format as
 * what they say. Nothing is copied; a part that does not fit its schema is an error only when it is looked at.
 *
 * Source of the rule: Kubernetes, "Validation rules".
 */
export function view(json: Json, schema: JsonObject, isResource = false): Value {
  if (json === null) {
    if (schema.nullable === true) return null;
    throw new EvaluationError('invalid data, got null for schema with nullable=false');
  }
  if (schema['x-kubernetes-int-or-string'] === true) return viewIntOrString(json);
  switch (schema.type) {
    case 'object':
      if (isObject(json)) return new ObjectView(json, isResource ? withObjectMeta(schema) : schema);
      throw misfit('a map for the provided schema with type=object');
    case 'array':
      if (!Array.isArray(json)) throw misfit('an array for the provided schema with type=array');
      return viewList(json, schema, viewWithin);
    case 'string':
      return viewText(json, schema);
    case 'number':
      if (typeof json === 'number') return json;
      throw misfit(`float, got ${goType(json)}`);
    case 'integer':
      if (typeof json === 'number' && Number.isInteger(json)) return BigInt(json);
      throw misfit(`int, got ${goType(json)}`);
    case 'boolean':
      if (typeof json === 'boolean') return json;
      throw misfit(`bool, got ${goType(json)}`);
    default:
      return new Preserved(json);
  }
}

function viewWithin(json: Json, schema: Json | undefined): Value {
  if (!isObject(schema)) return new Preserved(json);
  return view(json, schema, schema['x-kubernetes-embedded-resource'] === true);
}

function misfit(expected: string): EvaluationError {
  return new EvaluationError(`invalid data, expected ${expected}`);
}

function goType(json: Json): string {
  if (Array.isArray(json)) return '[]interface {}';
  if (typeof json === 'number') return Number.isInteger(json) ? 'int64' : 'float64';
  return typeof json === 'boolean' ? 'bool' : typeof json === 'string' ? 'string' : 'map[string]interface {}';
}

function viewIntOrString(json: Json): Value {
  if (typeof json === 'string') return json;
  if (typeof json === 'number' && Number.isInteger(json)) return BigInt(json);
  throw misfit('XIntOrString value to be either a string or integer');
}

function viewText(json: Json, { format }: JsonObject): Value {
  if (typeof json !== 'string') throw misfit(`string, got ${goType(json)}`);
  switch (format) {
    case 'duration':
      return parsed(parseDuration(json), `Invalid duration ${json}`);
    case 'date':
      return parsed(parseTimestamp(`${json}T00:00:00Z`), `Invalid date formatted string ${json}`);
    case 'date-time':
      return parsed(viewDateTime(json), `Invalid date-time formatted string ${json}`);
    case 'byte':
      return Buffer.from(json, 'base64');
    default:
      return json;
  }
}

/** More texts than RFC 3339 has are a date-time to the API server; it keeps milliseconds. */
function viewDateTime(text: string): Timestamp | undefined {
  const usual = text.replace(' ', 'T').toUpperCase();
  const found = parseTimestamp(usual) ?? parseTimestamp(`${usual}Z`);
  return found && new Timestamp((found.nanos / 1_000_000n) * 1_000_000n);
}

function parsed<T>(value: T | undefined, problem: string): T {
  if (value === undefined) throw new EvaluationError(problem);
  return value;
}

/** An object with declared fields, or a map of values of one schema. */
class ObjectView extends MapValue {
  readonly [source]: JsonObject;
  readonly #properties: JsonObject | undefined;
  readonly #values: Json | undefined;

  constructor(json: JsonObject, schema: JsonObject) {
    super();
    this[source] = json;
    this.#properties = isObject(schema.properties) ? schema.properties : undefined;
    this.#values = schema.additionalProperties;
  }

  get size(): number {
    return Object.keys(this[source]).length;
  }

  find(key: Value): Value | undefined {
    if (typeof key !== 'string') throw new EvaluationError('no such overload');
    const property = this.#properties ? unescapeName(key) : key;
    return property === undefined ? undefined : this.#at(property);
  }

  #at(property: string): Value | undefined {
    const json = Object.hasOwn(this[source], property) ? this[source][property] : undefined;
    const schema = this.#schemaOf(property);
    if (json === undefined || schema === undefined || (json === null && this.#properties)) return undefined;
    return viewWithin(json, schema);
  }

  #schemaOf(property: string): JsonObject | undefined {
    const properties = this.#properties;
    const schema = properties
      ? Object.hasOwn(properties, property)
        ? properties[property]
        : undefined
      : this.#values;
    return isObject(schema) ? schema : undefined;
  }

  *keys(): Iterable<Value> {
    for (const property of Object.keys(this[source])) {
      if (this.#schemaOf(property)) yield this.#properties ? (escapeName(property) ?? property) : property;
    }
  }

  /** Unknown fields that both have count as well. */
  override equals(other: MapValue): boolean {
    if (this.size !== other.size) return false;
    return Object.keys(this[source]).every(property => {
      if (!this.#schemaOf(property)) return this.#equalUnknown(property, other);
      const own = this.#at(property);
      const name = this.#properties ? (escapeName(property) ?? property) : property;
      const theirs = other.find(name);
      if (own === undefined || theirs === undefined) return own === theirs;
      return equal(own, theirs);
    });
  }

  #equalUnknown(property: string, other: MapValue): boolean {
    if (!(other instanceof ObjectView)) throw new EvaluationError('no such overload');
    const theirs = Object.hasOwn(other[source], property) ? other[source][property] : undefined;
    return theirs === undefined || equalJson(this[source][property]!, theirs);
  }
}

const preservedType = opaque('unknown');

/** What a schema keeps without knowing it. Expressions cannot look into it, but it equals itself. */
class Preserved extends OpaqueValue {
  readonly type: Type = preservedType;
  readonly #json: Json;

  constructor(json: Json) {
    super();
    this.#json = json;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof Preserved && equalJson(this.#json, other.#json);
  }
}
