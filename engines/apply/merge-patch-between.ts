import { equal, isObject, type Json, type JsonObject, put } from '@millrace/json';

/** The JSON merge patch (RFC 7386) that makes `to` of `from`; empty where they are equal. */
export function mergePatchBetween(from: JsonObject, to: JsonObject): JsonObject {
  return difference(from, to, { changes: true, deletions: true });
}

/**
 * The JSON merge patch that brings `current` to what `modified` says, and takes off what only `original` said. What
 * others have added stays.
 *
 * Rule: jsonmergepatch of k8s.io/apimachinery.
 */
export function threeWayMergePatch(
  original: JsonObject,
  modified: JsonObject,
  current: JsonObject,
): JsonObject {
  const deletions = difference(original, modified, { changes: false, deletions: true });
  return together(deletions, difference(current, modified, { changes: true, deletions: false }));
}

interface Kept {
  changes: boolean;
  deletions: boolean;
}

function difference(from: JsonObject, to: JsonObject, kept: Kept): JsonObject {
  const patch: JsonObject = {};
  for (const key of Object.keys(to)) {
    const before = Object.hasOwn(from, key) ? from[key] : undefined;
    const after = to[key] as Json;
    if (isObject(before) && isObject(after)) {
      const inner = difference(before, after, kept);
      if (Object.keys(inner).length > 0) put(patch, key, inner);
    } else if (kept.changes && !(before === undefined ? after === null : equal(before, after)))
      put(patch, key, after);
  }
  if (kept.deletions) for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) put(patch, key, null);
  return patch;
}

/** Both patches in one; where they meet, the second counts. */
function together(first: JsonObject, second: JsonObject): JsonObject {
  const patch: JsonObject = { ...first };
  for (const key of Object.keys(second)) {
    const [mine, other] = [Object.hasOwn(patch, key) ? patch[key] : undefined, second[key] as Json];
    put(patch, key, isObject(mine) && isObject(other) ? together(mine, other) : other);
  }
  return patch;
}
