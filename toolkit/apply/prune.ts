import { Failed } from '@millrace/controller';
import {
  apiVersionOf,
  display,
  groupOf,
  type Identity,
  isConflict,
  isNotFound,
  type KubeClient,
  NoMatchError,
  type ObjectRef,
} from '@millrace/kube';
import type { Action, ObjectChange } from './change-set.ts';
import { type InventoryEntry, refOfEntry } from './inventory.ts';
import type { Manager } from './manager.ts';
import { type Owned, ownedOf } from './owned.ts';
import type { OwnedObjects } from './owned-objects.ts';
import { compareForApply } from './stages.ts';

export interface PruneContext {
  client: KubeClient;
  manager: Manager;
  /** `namespace/name` of the owner. */
  owner: string;
  owned: OwnedObjects;
  /** In whose name everything is read and written. */
  as: Identity;
  signal: AbortSignal;
}

/** Some objects could not be deleted; `survivors` stay in the inventory, so that they are tried again. */
export class PruneFailed extends Failed {
  readonly survivors: InventoryEntry[];
  readonly changes: ObjectChange[];

  constructor(message: string, survivors: InventoryEntry[], changes: ObjectChange[]) {
    super('PruneFailed', message);
    this.survivors = survivors;
    this.changes = changes;
  }
}

/**
 * Delete the objects of these inventory entries, last applied first. Skipped is what asks to be kept, and what
 * carries another owner's labels by now. Throws PruneFailed once all were tried.
 */
export async function prune(entries: InventoryEntry[], on: PruneContext): Promise<ObjectChange[]> {
  const doomed = entries
    .map(entry => ({ entry, ref: refOfEntry(entry) }))
    .filter((found): found is { entry: InventoryEntry; ref: ObjectRef } => found.ref !== undefined)
    .sort((a, b) => compareForApply(b.ref, a.ref));
  const changes: ObjectChange[] = [];
  const survivors: InventoryEntry[] = [];
  const failures: string[] = [];
  for (const { entry, ref } of doomed) {
    try {
      changes.push({ ref, action: await pruneOne(ref, on) });
    } catch (error) {
      on.signal.throwIfAborted();
      survivors.push(entry);
      failures.push(`${display(ref)} delete failed: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (failures.length > 0)
    throw new PruneFailed(
      `delete failed, errors: ${failures.map(text => `${text};`).join('')}`,
      survivors,
      changes,
    );
  return changes;
}

async function pruneOne(recorded: ObjectRef, on: PruneContext): Promise<Action> {
  try {
    const ref = await servedRef(recorded, on);
    if (!ref) return 'deleted';
    const found = await findOwned(ref, on);
    if (!found) return 'deleted';
    if (found.owner !== on.owner || found.wishes.keep || found.wishes.leave) return 'skipped';
    if (found.health.status === 'Terminating') return 'deleted';
    await on.client.delete(ref, { uid: found.uid, as: on.as, signal: on.signal });
    return 'deleted';
  } catch (error) {
    // Gone, or made anew under its name: nothing of ours is left to delete.
    if (isNotFound(error) || isConflict(error)) return 'deleted';
    throw error;
  }
}

/**
 * The object in a version that the cluster serves, which may no longer be the one that is recorded; undefined where the
 * kind is gone, and its objects with it. Throws ApiError where its server is away: what it holds is not.
 */
async function servedRef(ref: ObjectRef, { client, signal }: PruneContext): Promise<ObjectRef | undefined> {
  try {
    const { group, version } = await client.discovery.anyVersion(ref.apiVersion, ref.kind);
    return { ...ref, apiVersion: apiVersionOf(group, version) };
  } catch (error) {
    if (!(error instanceof NoMatchError)) throw error;
    const path = `/${groupOf(ref.apiVersion) === '' ? 'api' : 'apis'}/${ref.apiVersion}`;
    await client.transport.send({ method: 'GET', path, signal }).catch(answer => {
      if (!isNotFound(answer)) throw answer;
    });
    return undefined;
  }
}

/** Of these, those that are still there, and go when they are deleted: what asks to be kept is nobody's wait. */
export async function stillThere(refs: ObjectRef[], on: PruneContext): Promise<ObjectRef[]> {
  const found = await Promise.all(refs.map(ref => findOwned(ref, on).catch(() => undefined)));
  return refs.filter((_, i) => {
    const object = found[i];
    return object?.owner === on.owner && !object.wishes.keep && !object.wishes.leave;
  });
}

/**
 * As the watch of its kind shows it. Where that shows nothing, the server is asked: the watch may be behind, or not
 * begun, and neither may leave an object behind that nobody remembers.
 */
async function findOwned(ref: ObjectRef, on: PruneContext): Promise<Owned | undefined> {
  const seen = on.owned.look(ref, '')?.object;
  if (seen) return seen;
  const object = await on.client.get(ref, { signal: on.signal, as: on.as });
  return ownedOf(object, on.manager);
}
