import type { Json, JsonObject } from '@millrace/json';
import { put } from '@millrace/json';
import { EvaluationError } from '../error.ts';
import { timestampText } from './time.ts';
import { ListValue, MapValue, Timestamp, Uint, type Value } from './value.ts';

/** A value as JSON. Throws EvaluationError for what JSON cannot hold. */
export function toJson(value: Value): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint) return Number(value.value);
  if (value instanceof ListValue) return Array.from(value, toJson);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Timestamp) return timestampText(value);
  if (!(value instanceof MapValue))
    throw new EvaluationError('a value of this type cannot be part of an object');
  const object: JsonObject = {};
  for (const key of value.keys()) {
    if (typeof key !== 'string') throw new EvaluationError('keys of an object must be strings');
    put(object, key, toJson(value.find(key)!));
  }
  return object;
}
