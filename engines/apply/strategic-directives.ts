import { isObject, type Json, type JsonObject, put } from '@millrace/json';
import { goValue } from './go-value.ts';

/** Says what to do with the object that holds it: `delete` or `replace`. */
export const patchDirective = '$patch';

/** A strategic merge patch is malformed or does not fit the object; the API answers 400 or 422. */
export class BadStrategicPatch extends Error {
  override name = 'BadStrategicPatch';
}

export function unknownDirective(directive: Json, patch: JsonObject): BadStrategicPatch {
  return new BadStrategicPatch(`unknown patch type: ${goValue(directive)} in map: ${goValue(patch)}`);
}

/** Directives mean nothing where there is nothing that they could act on. */
export function withoutDirectives(value: Json): Json | undefined {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter(item => item !== undefined);
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, patchDirective)) return undefined;
  const kept: JsonObject = {};
  for (const key in value) {
    const item = withoutDirectives(value[key] as Json);
    if (item !== undefined) put(kept, key, item);
  }
  return kept;
}
