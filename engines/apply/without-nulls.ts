import { isObject, type Json, type JsonObject, put } from '@millrace/json';

/** In a patch nulls delete; where there is nothing to delete they mean nothing, and go. */
export function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept: JsonObject = {};
  for (const name in value) if (value[name] !== null) put(kept, name, withoutNulls(value[name] as Json));
  return kept;
}
