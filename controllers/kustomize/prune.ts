import { Failed } from '@millrace/controller';
import {
  display,
  type Impersonation,
  isConflict,
  isNotFound,
  type KubeClient,
  NoMatchError,
  type ObjectRef,
} from '@millrace/kube';
import type { ObjectChange } from './change-set.ts';
import { type InventoryEntry, refOfEntry } from './inventory.ts';
import type { OwnedObjects } from './owned-objects.ts';
import { compareForApply } from './stages.ts';

export interface PruneContext {
  client: KubeClient;
  /** `namespace/name` of the Kustomization. */
  owner: string;
  owned: OwnedObjects;
  impersonate?: Impersonation | undefined;
  signal: AbortSignal;
}

/**
 * Delete the objects of these inventory entries, last applied first. Left alone is what asks to be kept, what
 * carries another owner's labels by now, and what is gone already.
 */
export async function prune(entries: InventoryEntry[], on: PruneContext): Promise<ObjectChange[]> {
  const refs = entries.map(refOfEntry).filter(ref => ref !== undefined);
  refs.sort((a, b) => compareForApply(b, a));
  const changes: ObjectChange[] = [];
  const failures: string[] = [];
  for (const ref of refs) {
    try {
      if (await pruneOne(ref, on)) changes.push({ ref, action: 'deleted' });
    } catch (error) {
      on.signal.throwIfAborted();
      failures.push(`${display(ref)} delete failed: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (failures.length > 0) throw new Failed('PruneFailed', failures.join('\n'));
  return changes;
}

async function pruneOne(ref: ObjectRef, on: PruneContext): Promise<boolean> {
  try {
    const found = await on.owned.find(ref);
    if (!found || found.owner !== on.owner || found.keep) return false;
    await on.client.delete(ref, { uid: found.uid, impersonate: on.impersonate, signal: on.signal });
    return true;
  } catch (error) {
    // Gone, made anew under its name, or its kind is: nothing of ours is left to delete.
    if (isNotFound(error) || isConflict(error) || error instanceof NoMatchError) return false;
    throw error;
  }
}
