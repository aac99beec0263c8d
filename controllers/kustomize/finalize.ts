import type { Kustomization } from '@millrace/api';
import {
  describeAll,
  findOwned,
  inventoryOf,
  type Owned,
  type PruneContext,
  prune,
  refOfEntry,
} from '@millrace/applier';
import {
  type EventNote,
  type Finalized,
  findCondition,
  type Visit,
  type Waiting,
} from '@millrace/controller';
import { display, type ObjectRef } from '@millrace/kube';
import { canActAs, identityOf } from './identity.ts';
import type { Memory } from './memory.ts';
import { remoteOf } from './remote-cluster.ts';
import type { Deps } from './run.ts';
import { timeoutOf } from './spec.ts';

/**
 * A Kustomization goes: its objects go with it, or stay, as spec.deletionPolicy says; by default as spec.prune does.
 * A suspended one leaves everything, and so does one whose service account is gone: nobody may delete in its name.
 */
export async function finalize(
  ks: Kustomization,
  memory: Memory,
  owner: string,
  visit: Visit,
  on: Deps,
): Promise<Finalized | Waiting> {
  const refs = inventoryOf(ks)
    .map(refOfEntry)
    .filter(ref => ref !== undefined);
  if (!deletes(ks) || ks.spec.suspend || refs.length === 0) return { kind: 'finalized' };
  if (!(await canActAs(ks, on.client, on))) {
    const message = `unable to prune objects: \n${refs.map(display).join('\n')}`;
    return { kind: 'finalized', events: [tell(ks, 'error', message)] };
  }
  const { client, owned } = on.clusters.reach(owner, await remoteOf(ks, visit, on));
  const { manager } = on;
  const context = { client, manager, owned, owner, as: identityOf(ks, on), signal: visit.signal };
  const changes = await prune(inventoryOf(ks), context);
  const events = memory.pruned ? [] : [tell(ks, 'info', describeAll(changes))];
  memory.pruned = true;
  if (ks.spec.deletionPolicy !== 'WaitForTermination') return { kind: 'finalized', events };
  const left = Date.parse(ks.metadata.deletionTimestamp ?? '') + timeoutOf(ks) - Date.now();
  const present = await stillThere(refs, context);
  if (present === 0 || left <= 0) return { kind: 'finalized', events };
  const wakeAfter = Math.min(left, 5000);
  return { kind: 'waiting', message: `Waiting for ${present} objects to terminate`, wakeAfter, events };
}

/** Under the reason that the object was left with (kustomize-controller). */
function tell({ status }: Kustomization, severity: EventNote['severity'], message: string): EventNote {
  const reason = findCondition(status?.conditions, 'Ready')?.reason ?? severity;
  const { lastAppliedRevision, lastAppliedOriginRevision } = status ?? {};
  const metadata = {
    ...(lastAppliedRevision ? { revision: lastAppliedRevision } : {}),
    ...(lastAppliedOriginRevision ? { originRevision: lastAppliedOriginRevision } : {}),
  };
  return { severity, reason, message, metadata };
}

function deletes({ spec }: Kustomization): boolean {
  const policy = spec.deletionPolicy ?? 'MirrorPrune';
  return policy === 'MirrorPrune' ? spec.prune : policy !== 'Orphan';
}

async function stillThere(refs: ObjectRef[], on: PruneContext): Promise<number> {
  const found = await Promise.all(refs.map(ref => findOwned(ref, on).catch(() => undefined)));
  const goes = (object: Owned | undefined) =>
    object?.owner === on.owner && !object.wishes.keep && !object.wishes.leave;
  return found.filter(goes).length;
}
