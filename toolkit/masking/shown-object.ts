import { equal, isObject, type Json, type JsonObject } from '@millrace/json';
import { hiddenFields, mask, withoutContent } from './masking.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** An object as it may be shown: of a Secret there are the names of what it holds. What kubectl has noted down repeats the rest. */
export function shownObject(object: JsonObject): JsonObject {
  return withoutContent(withoutLastApplied(object));
}

/** Two states of an object as they may be shown: what a Secret holds is another, or not, and nothing tells which. */
export function maskedPair(before: JsonObject, after: JsonObject): [before: JsonObject, after: JsonObject] {
  const pair: [JsonObject, JsonObject] = [shownObject(before), shownObject(after)];
  for (const field of hiddenFields(after) ?? []) {
    const [old, next] = [before[field], after[field]];
    if (!isObject(old) || !isObject(next)) continue;
    for (const [name, value] of Object.entries(next)) {
      if (!Object.hasOwn(old, name) || equal(old[name] as Json, value as Json)) continue;
      markIn(pair[0], field, name, 'before');
      markIn(pair[1], field, name, 'after');
    }
  }
  return pair;
}

function markIn(object: JsonObject, field: string, name: string, when: string): void {
  const content = object[field];
  if (isObject(content)) content[name] = `${mask} (${when})`;
}

function withoutLastApplied(object: JsonObject): JsonObject {
  const { metadata } = object;
  if (!isObject(metadata) || !isObject(metadata.annotations) || !(lastApplied in metadata.annotations))
    return object;
  const { [lastApplied]: _, ...annotations } = metadata.annotations;
  const { annotations: __, ...rest } = metadata;
  const others: JsonObject = Object.keys(annotations).length > 0 ? { ...rest, annotations } : rest;
  return { ...object, metadata: others };
}
