import { isObject, type Json } from '@millrace/json';

/**
 * Applies a JSON merge patch: objects merge, null deletes, anything else replaces. The result shares what did not
 * change with its inputs. Source of the rule: RFC 7386.
 */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result = isObject(target) ? { ...target } : {};
  for (const name in patch) {
    const value = patch[name] as Json;
    if (value === null) delete result[name];
    else result[name] = mergePatch(Object.hasOwn(result, name) ? (result[name] as Json) : null, value);
  }
  return result;
}
