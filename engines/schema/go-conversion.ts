import { isObject, type Json } from '@millrace/json';
import type { Schema } from './schema.ts';

/**
 * Why Go's converter of maps to typed objects, which reads the result of a strategic merge patch, cannot put a value
 * into a field of this schema; `type` is the field's Go type, such as `[]v1.Container`.
 *
 * Source of the rule: apimachinery's runtime converter and the conversions of Go's reflection.
 */
export function conversionProblem(value: Json, schema: Schema, type: string): string {
  if (schema.intOrString) return `json: cannot unmarshal ${jsonKind(value)} into Go value of type int32`;
  if (schema.type === 'array') return `cannot restore slice from ${goKind(value)}`;
  if (schema.type === 'object') {
    return schema.properties
      ? `cannot restore struct from: ${goKind(value)}`
      : `cannot restore map from ${goKind(value)}`;
  }
  const from = goType(value);
  const basic = basicKind(schema);
  // Numbers can be turned into each other and into text, though the converter then refuses to.
  const convertible = typeof value === 'number' && basic !== 'bool';
  return convertible ? `cannot convert ${from} to ${type}` : `unrecognized type: ${basic}`;
}

function basicKind({ type, format }: Schema): string {
  if (type === 'integer') return format ?? 'int64';
  if (type === 'boolean') return 'bool';
  if (type === 'number') return 'float64';
  return format === 'byte' ? 'slice' : 'string';
}

function goType(value: Json): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (isObject(value)) return 'map[string]interface {}';
  return goKind(value);
}

function goKind(value: Json): string {
  if (Array.isArray(value)) return 'slice';
  if (isObject(value)) return 'map';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return Number.isInteger(value) ? 'int64' : 'float64';
}

function jsonKind(value: Json): string {
  if (Array.isArray(value)) return 'array';
  if (isObject(value)) return 'object';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'number';
}
