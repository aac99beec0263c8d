import { get, isObject, type Json, put } from '@millrace/json';
import { withoutNulls } from './without-nulls.ts';

/**
 * Applies a JSON merge patch: objects merge, null deletes, anything else replaces. The result shares what did not
 * change with its inputs.
 *
 * Source of the rule: RFC 7386, with the way of the library that the API server uses (evanphx/json-patch v4): where
 * the patch meets no object, nulls go from the objects in its lists too.
 */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(target)) return withoutNulls(patch);
  if (!isObject(patch)) return patch;
  const result = { ...target };
  for (const name in patch) {
    const value = patch[name] as Json;
    if (value === null) delete result[name];
    else put(result, name, mergePatch(get(result, name) ?? null, value));
  }
  return result;
}
