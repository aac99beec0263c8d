import { type GoMap, typedNil, type Value } from '../value.ts';
import { syntaxProblem } from './syntax-problem.ts';

/** A text that encoding/json cannot read, in its words. */
export class JsonUnmarshalError extends Error {
  override readonly name = 'JsonUnmarshalError';
}

/** JSON as encoding/json reads it into an interface{}: numbers are float64. Throws JsonUnmarshalError. */
export function unmarshalJson(text: string): Value {
  let value: Value;
  try {
    value = JSON.parse(text) as Value;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new JsonUnmarshalError(syntaxProblem(text), { cause });
  }
  // What JavaScript and Go read alike needs no second look: all but numbers too large and halves of surrogate pairs.
  return /\d[eE]\+?\d{3}|\d{300}|\\u[dD]/.test(text) || !text.isWellFormed() ? revised(value, text) : value;
}

function revised(value: Value, text: string): Value {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number' && !Number.isFinite(value)) throw outOfRange(text);
  if (Array.isArray(value)) return value.map(item => revised(item, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as GoMap).map(([key, item]) => [key.toWellFormed(), revised(item, text)]),
  );
}

/** JSON.parse with what was written of a number, which TypeScript's library does not know of yet. */
const parse = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
) => unknown;

function outOfRange(text: string): JsonUnmarshalError {
  let written = '';
  parse(text, (_, value, { source }) => {
    if (written === '' && typeof value === 'number' && !Number.isFinite(value)) written = source ?? '';
    return value;
  });
  return new JsonUnmarshalError(`json: cannot unmarshal number ${written} into Go value of type float64`);
}

/**
 * A JSON object as encoding/json reads it into a map[string]interface{}: null is a nil one. Throws
 * JsonUnmarshalError.
 */
export function unmarshalJsonMap(text: string): GoMap {
  return mapOf(unmarshalJson(text));
}

/** A JSON list as encoding/json reads it into an []interface{}: null is a nil one. Throws JsonUnmarshalError. */
export function unmarshalJsonList(text: string): Value[] {
  return listOf(unmarshalJson(text));
}

/** The value as a map[string]interface{}, if encoding/json could read it into one. Throws JsonUnmarshalError. */
export function mapOf(value: Value): GoMap {
  if (value === null) return typedNil({});
  if (typeof value === 'object' && !Array.isArray(value)) return value as GoMap;
  throw refusal(value, 'map[string]interface {}');
}

/** The value as an []interface{}, if encoding/json could read it into one. Throws JsonUnmarshalError. */
export function listOf(value: Value): Value[] {
  if (value === null) return typedNil([]);
  if (Array.isArray(value)) return value;
  throw refusal(value, '[]interface {}');
}

function refusal(value: Value, type: string): JsonUnmarshalError {
  return new JsonUnmarshalError(`json: cannot unmarshal ${jsonKind(value)} into Go value of type ${type}`);
}

/** What encoding/json calls the kinds of JSON. */
export function jsonKind(value: Value): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'number';
  return value === null ? 'null' : typeof value;
}
