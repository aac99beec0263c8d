import type { JsonObject } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import { type Comparison, compare } from './compare.ts';
import { ApplyConflict, conflictsWith } from './conflict.ts';
import { FieldSet } from './field-set.ts';
import type { Owner, Owners } from './managed-fields.ts';
import { reconcileWithSchema } from './reconcile-schema.ts';

/** An object as another version of its API shows it, with the schema of that version. */
export type Version = { readonly object: JsonObject; readonly schema: Schema | undefined };

/**
 * Converts an object to another version of its API, for managers whose entries name that version. Undefined when
 * the API has no such version any more: then those managers lose their entries.
 */
export type Convert = (object: JsonObject, apiVersion: string) => Version | undefined;

/** What every write needs to know of the API it goes through. */
export type Door = {
  readonly schema: Schema | undefined;
  readonly apiVersion: string;
  readonly convert: Convert;
  /** Fields that this door does not write, e.g. `.status` on the main resource: nobody comes to own them here. */
  readonly ignored: FieldSet;
};

/** Paths that no manager ever owns: they name the object or are the server's own. */
const neverOwned = FieldSet.of(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map(field => ['f:metadata', `f:${field}`]),
);

export function stripped(set: FieldSet): FieldSet {
  return set.difference(neverOwned);
}

/** What a write changed, seen through the given version; without the ignored fields. */
export function comparing(
  before: JsonObject,
  after: JsonObject,
  door: Door,
): (apiVersion: string) => Comparison | undefined {
  const known = new Map<string, Comparison | undefined>();
  return apiVersion => {
    if (!known.has(apiVersion)) known.set(apiVersion, compareAs(before, after, door, apiVersion));
    return known.get(apiVersion);
  };
}

function compareAs(
  before: JsonObject,
  after: JsonObject,
  door: Door,
  apiVersion: string,
): Comparison | undefined {
  const left = asVersion(before, door, apiVersion);
  const right = asVersion(after, door, apiVersion);
  if (!left || !right) return undefined;
  const changes = compare(left.object, right.object, right.schema);
  if (door.ignored.isEmpty) return changes;
  return {
    added: changes.added.recursiveDifference(door.ignored),
    modified: changes.modified.recursiveDifference(door.ignored),
    removed: changes.removed.recursiveDifference(door.ignored),
  };
}

export function asVersion(object: JsonObject, door: Door, apiVersion: string): Version | undefined {
  if (apiVersion === door.apiVersion) return { object, schema: door.schema };
  return door.convert(object, apiVersion);
}

/**
 * Takes what a write changed away from everyone but the writer: changed fields, unless that is a conflict, and
 * removed ones. Owners that are left with nothing, or whose version is gone, leave.
 * Throws ApplyConflict when fields of others changed and the write is not forced.
 */
export function takeFromOthers(
  owners: Owners,
  writer: string,
  changesAs: (apiVersion: string) => Comparison | undefined,
  force: boolean,
): Owners {
  const left: Owners = new Map();
  const conflicts: [Owner, FieldSet][] = [];
  for (const [key, owner] of owners) {
    if (key === writer) {
      left.set(key, owner);
      continue;
    }
    const changes = changesAs(owner.apiVersion);
    if (!changes) continue;
    const lost = owner.set.intersection(changes.modified.union(changes.added));
    if (!lost.isEmpty) conflicts.push([owner, lost]);
    const kept = owner.set.difference(lost).difference(changes.removed);
    if (!kept.isEmpty) left.set(key, kept.equals(owner.set) ? owner : { ...owner, set: kept });
  }
  if (conflicts.length > 0 && !force) throw new ApplyConflict(conflictsWith(conflicts));
  return left;
}

/** Owners as they would be had the schema always been what it is now; those of gone versions leave. */
export function reconciled(owners: Owners, live: JsonObject, door: Door): Owners {
  const result: Owners = new Map();
  for (const [key, owner] of owners) {
    const version = asVersion(live, door, owner.apiVersion);
    if (!version) continue;
    const set = reconcileWithSchema(owner.set, version.schema);
    result.set(key, set === owner.set ? owner : { ...owner, set });
  }
  return result;
}
