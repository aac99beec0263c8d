import type { Kustomization } from '@millrace/api';
import {
  describeChanges,
  findOwned,
  inventoryOf,
  type PruneContext,
  prune,
  refOfEntry,
} from '@millrace/applier';
import type { EventNote, Finalized, Visit, Waiting } from '@millrace/controller';
import { display, type ObjectRef } from '@millrace/kube';
import { canActAs, identityOf } from './identity.ts';
import { remoteOf } from './remote-cluster.ts';
import type { Deps } from './run.ts';
import { timeoutOf } from './spec.ts';

/**
 * A Kustomization goes: its objects go with it, or stay, as spec.deletionPolicy says; by default as spec.prune does.
 * A suspended one leaves everything, and so does one whose service account is gone: nobody may delete in its name.
 */
export async function finalize(
  ks: Kustomization,
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
    return { kind: 'finalized', events: [{ severity: 'error', reason: 'PruneFailed', message }] };
  }
  const { client, owned } = on.clusters.reach(owner, await remoteOf(ks, visit, on));
  const { manager } = on;
  const context = { client, manager, owned, owner, as: identityOf(ks, on), signal: visit.signal };
  const message = describeChanges(await prune(inventoryOf(ks), context));
  const events: EventNote[] = message ? [{ severity: 'info', reason: 'Progressing', message }] : [];
  if (ks.spec.deletionPolicy !== 'WaitForTermination') return { kind: 'finalized', events };
  const left = Date.parse(ks.metadata.deletionTimestamp ?? '') + timeoutOf(ks) - Date.now();
  const present = await stillThere(refs, context);
  if (present === 0 || left <= 0) return { kind: 'finalized', events };
  const wakeAfter = Math.min(left, 5000);
  return { kind: 'waiting', message: `Waiting for ${present} objects to terminate`, wakeAfter, events };
}

function deletes({ spec }: Kustomization): boolean {
  const policy = spec.deletionPolicy ?? 'MirrorPrune';
  return policy === 'MirrorPrune' ? spec.prune : policy !== 'Orphan';
}

async function stillThere(refs: ObjectRef[], on: PruneContext): Promise<number> {
  const found = await Promise.all(refs.map(ref => findOwned(ref, on).catch(() => undefined)));
  return found.filter(object => object?.owner === on.owner).length;
}
