import type { JsonObject } from '@millrace/json';
import { FieldSet } from './field-set.ts';
import type { Owner, Owners } from './managed-fields.ts';
import { asVersion, type Door } from './ownership.ts';
import { remove } from './remove.ts';
import { toFieldSet } from './to-field-set.ts';

/**
 * Removes from the merged object what the applier owned at its last apply, does not apply any more, and nobody
 * else owns. What nobody ever owned, such as defaults, stays unless the struct that holds it goes.
 *
 * Source of the rule: structured-merge-diff, merge.Updater's prune.
 */
export function pruneAbandoned(merged: JsonObject, last: Owner, owners: Owners, door: Door): JsonObject {
  if (last.set.isEmpty || isStillOwned(last, owners, door)) return merged;
  const before = asVersion(merged, door, last.apiVersion);
  if (!before) return merged;
  const lastSet = last.set.withDeclaredParents(before.schema);
  const pruned = remove(before.object, lastSet, before.schema);
  const restored = restoreOwned(before.object, pruned, last.apiVersion, owners, door);
  const all = toFieldSet(before.object, before.schema).withDeclaredParents(before.schema);
  const kept = toFieldSet(restored, before.schema).withDeclaredParents(before.schema);
  const result = remove(before.object, all.difference(kept).intersection(lastSet), before.schema);
  return last.apiVersion === door.apiVersion
    ? result
    : (asVersionOf(result, door, last.apiVersion) ?? result);
}

/** The common case: the applier gives nothing up, so that there is nothing to remove. */
function isStillOwned(last: Owner, owners: Owners, door: Door): boolean {
  if (last.apiVersion !== door.apiVersion) return false;
  for (const owner of owners.values()) {
    if (
      owner.operation === 'Apply' &&
      owner.manager === last.manager &&
      owner.subresource === last.subresource
    ) {
      return last.set.difference(owner.set).isEmpty;
    }
  }
  return false;
}

/** Puts back what other owners, or the new configuration, hold, version by version. */
function restoreOwned(
  merged: JsonObject,
  pruned: JsonObject,
  lastVersion: string,
  owners: Owners,
  door: Door,
): JsonObject {
  const byVersion = new Map<string, FieldSet>([[lastVersion, FieldSet.empty]]);
  for (const { apiVersion, set } of owners.values()) {
    byVersion.set(apiVersion, (byVersion.get(apiVersion) ?? FieldSet.empty).union(set));
  }
  let result = pruned;
  for (const [apiVersion, owned] of byVersion) {
    const whole = viewAs(merged, lastVersion, apiVersion, door);
    const part = viewAs(result, lastVersion, apiVersion, door);
    if (!whole || !part) continue;
    const { schema } = whole;
    const all = toFieldSet(whole.object, schema).withDeclaredParents(schema);
    const kept = toFieldSet(part.object, schema).withDeclaredParents(schema);
    const restored = remove(
      whole.object,
      all.difference(kept.union(owned.withDeclaredParents(schema))),
      schema,
    );
    result = viewAs(restored, apiVersion, lastVersion, door)?.object ?? result;
  }
  return result;
}

function viewAs(object: JsonObject, from: string, to: string, door: Door) {
  return from === to && to === door.apiVersion ? { object, schema: door.schema } : door.convert(object, to);
}

function asVersionOf(object: JsonObject, door: Door, from: string): JsonObject | undefined {
  return viewAs(object, from, door.apiVersion, door)?.object;
}
