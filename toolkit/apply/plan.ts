import { createHash } from 'node:crypto';
import { asJson, type Identity, type KubeClient, type KubeObject, type ObjectRef } from '@millrace/kube';
import { entryOf, type InventoryEntry } from './inventory.ts';
import { type Manager, type Owner, wishesOf } from './manager.ts';
import type { OwnerRules, Sight } from './owned.ts';
import type { OwnedObjects } from './owned-objects.ts';

/** An object as it was left by the last apply. */
export interface AppliedObject {
  ref: ObjectRef;
  /** Stands for what was applied. */
  desired: string;
  uid: string;
  fields: string;
  resourceVersion: string;
  /** It goes by itself: its absence is no drift until the next look at everything. */
  transient: boolean;
  /** It was healthy the moment that it was applied, as most kinds are. */
  current: boolean;
  /** Somebody asked in the cluster that it be left alone: what is desired waits until they take that back. */
  left: boolean;
  /** What of it is put back: all that is ours, that it is there (`ssa: IfNotPresent`), or nothing (`ssa: Ignore`). */
  minds: 'content' | 'presence' | 'nothing';
  /** The last apply has passed it over: whether it works is somebody else's concern. */
  skipped: boolean;
}

/** What is known of applied objects, by inventory id. */
export type AppliedObjects = Map<string, AppliedObject>;

export interface ApplyContext {
  client: KubeClient;
  manager: Manager;
  owner: Owner;
  force: boolean;
  /** How many requests of one apply are under way at once. */
  concurrency: number;
  /** Bring what managers own of an object to the version that is applied, before it is (MigrateAPIVersion). */
  migrateVersions: boolean;
  /** What the owner asks for when its objects are looked at. */
  rules: OwnerRules;
  /** In whose name everything is read and written. */
  as: Identity;
  owned: OwnedObjects;
  /** Apply again what was applied already: nothing is taken as known. */
  afresh: boolean;
  /** The interval has passed: what has gone by itself is made again. */
  due: boolean;
  /** Whether a drifted object may be corrected now. */
  mayCorrect(id: string): boolean;
  /** Called with the entries of a stage that has been accepted, before anything of it is written. */
  beforeWriting(entries: InventoryEntry[]): Promise<void>;
  /** Told of what was passed over, or left out, on the way. */
  warn(message: string): void;
  signal: AbortSignal;
}

/** What is to happen to one object. */
export interface Plan {
  object: KubeObject;
  ref: ObjectRef;
  id: string;
  desired: string;
  todo: 'nothing' | 'skip' | 'keep' | 'apply' | 'create if missing' | 'replace';
  /** The same was accepted before: no dry run is needed. */
  accepted: boolean;
  /** As it is in the cluster, where that is as it should be. */
  live?: KubeObject;
  /** What stood in its way has been deleted. */
  replaced?: boolean;
}

/** Stands for what is to be applied: equal objects have equal names. */
function nameOf(object: KubeObject, { ignore }: OwnerRules): string {
  const ignored = ignore?.pathsIn(object) ?? [];
  return createHash('sha1')
    .update(JSON.stringify(ignored.length === 0 ? asJson(object) : [asJson(object), ignored]))
    .digest('base64');
}

/** @param object normalised and labelled */
export function planOf(object: KubeObject, ref: ObjectRef, known: AppliedObjects, on: ApplyContext): Plan {
  const id = entryOf(object).id;
  const desired = nameOf(object, on.rules);
  const before = known.get(id);
  const same = before?.desired === desired && !before.left;
  const plan = { object, ref, id, desired, accepted: same };
  const wishes = wishesOf(object, on.manager);
  if (wishes.leave) return { ...plan, todo: 'skip' };
  const sight = on.owned.look(ref, before?.resourceVersion ?? '');
  if (sight?.object?.wishes.leave) return { ...plan, todo: 'skip' };
  const needed = !same || on.afresh || (isAmiss(before, sight, on.due) && on.mayCorrect(id));
  if (!needed) return { ...plan, todo: 'nothing' };
  return { ...plan, todo: wishes.onlyCreate ? 'create if missing' : 'apply' };
}

/**
 * Whether something is to be put right.
 * @param due the interval has passed: what has gone by itself is made again
 */
export function isAmiss(applied: AppliedObject, sight: Sight | undefined, due: boolean): boolean {
  const gone = sight !== undefined && !sight.object && applied.minds !== 'nothing';
  return hasDrifted(applied, sight) || (due && gone);
}

/**
 * Whether somebody else has changed the object since we applied it, and wants us to mind. A field that we own cannot
 * change without our losing it, so our set of owned fields tells; the values need not be compared.
 */
export function hasDrifted(applied: AppliedObject, sight: Sight | undefined): boolean {
  if (!sight) return false; // the watch has yet to show our own write
  if (applied.minds === 'nothing') return false;
  const { object } = sight;
  if (!object) return !applied.transient;
  if (applied.minds === 'presence' || object.wishes.leave) return false;
  if (applied.left) return true;
  if (object.intruded) return true;
  // As we have left it, whatever rules it was looked at by when it passed the watch.
  if (object.resourceVersion === applied.resourceVersion) return false;
  return object.uid !== applied.uid || object.fields !== applied.fields;
}
