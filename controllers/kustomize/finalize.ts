import type { Kustomization } from '@millrace/api';
import type { Finalized, Waiting } from '@millrace/controller';
import type { ObjectRef } from '@millrace/kube';
import { describeChanges } from './change-set.ts';
import { inventoryOf, refOfEntry } from './inventory.ts';
import { type PruneContext, prune } from './prune.ts';
import { timeoutOf } from './spec.ts';

/**
 * A Kustomization goes: its objects go with it, or stay, as spec.deletionPolicy says; by default as spec.prune does.
 * A suspended one leaves everything.
 */
export async function finalize(
  ks: Kustomization,
  on: PruneContext,
  now: number,
): Promise<Finalized | Waiting> {
  const entries = inventoryOf(ks);
  const policy = ks.spec.deletionPolicy ?? 'MirrorPrune';
  const deletes =
    policy === 'Delete' || policy === 'WaitForTermination' || (policy === 'MirrorPrune' && ks.spec.prune);
  if (!deletes || ks.spec.suspend || entries.length === 0) return { kind: 'finalized' };
  const changes = await prune(entries, on);
  const message = describeChanges(changes);
  const events = message ? { events: [{ severity: 'info' as const, reason: 'Progressing', message }] } : {};
  if (policy !== 'WaitForTermination') return { kind: 'finalized', ...events };
  const left = Date.parse(ks.metadata.deletionTimestamp ?? '') + timeoutOf(ks) - now;
  const present = await stillThere(
    entries.map(refOfEntry).filter(ref => ref !== undefined),
    on,
  );
  if (present.length === 0 || left <= 0) return { kind: 'finalized', ...events };
  return {
    kind: 'waiting',
    message: `Waiting for ${present.length} objects to terminate`,
    wakeAfter: Math.min(left, 5000),
    ...events,
  };
}

async function stillThere(refs: ObjectRef[], on: PruneContext): Promise<ObjectRef[]> {
  const found = await Promise.all(
    refs.map(async ref =>
      (await on.owned.find(ref).catch(() => undefined))?.owner === on.owner ? ref : undefined,
    ),
  );
  return found.filter(ref => ref !== undefined);
}
