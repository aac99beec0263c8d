import type { Kustomization } from '@millrace/api';
import {
  canActAs,
  describeAll,
  identityOf,
  inventoryOf,
  PruneFailed,
  prune,
  refOfEntry,
  remoteOf,
  stillThere,
} from '@millrace/applier';
import {
  type EventNote,
  type Finalized,
  findCondition,
  type Visit,
  type Waiting,
} from '@millrace/controller';
import { display } from '@millrace/kube';
import type { Memory } from './memory.ts';
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
    const metadata = appliedRevision(ks);
    const event = { severity: 'error', reason: reasonOf(ks, 'error'), message, metadata } as const;
    return { kind: 'finalized', events: [event] };
  }
  const { client, owned } = on.clusters.reach(owner, await remoteOf(ks, visit, on));
  const { manager } = on;
  const context = { client, manager, owned, owner, as: identityOf(ks, on), signal: visit.signal };
  const events: EventNote[] = [];
  const tell = (severity: EventNote['severity'], message: string) =>
    events.push({ severity, reason: reasonOf(ks, severity), message, metadata: appliedRevision(ks) });
  try {
    const message = describeAll(await prune(inventoryOf(ks), context));
    if (!memory.pruned) tell('info', message);
    memory.pruned = true;
  } catch (error) {
    if (!(error instanceof PruneFailed)) throw error;
    tell('error', `pruning for deleted resource failed: ${error.message}`);
    return { kind: 'waiting', message: error.message, wakeAfter: retryAfter, events };
  }
  if (ks.spec.deletionPolicy !== 'WaitForTermination') return { kind: 'finalized', events };
  const present = await stillThere(refs, context);
  if (present.length === 0) return { kind: 'finalized', events };
  const left = Date.parse(ks.metadata.deletionTimestamp ?? '') + timeoutOf(ks) - Date.now();
  const message = `Waiting for ${present.length} objects to terminate`;
  if (left > 0) return { kind: 'waiting', message, wakeAfter: Math.min(left, 5000), events };
  tell('error', `failed to wait for resources termination: ${present.map(display).join(', ')}`);
  return { kind: 'finalized', events };
}

/** Milliseconds until what could not be deleted is tried again. */
const retryAfter = 5_000;

/** Flux gives events the reason that Ready has. */
function reasonOf({ status }: Kustomization, severity: string): string {
  return findCondition(status?.conditions, 'Ready')?.reason ?? severity;
}

function appliedRevision({ status }: Kustomization): Record<string, string> {
  const { lastAppliedRevision: revision, lastAppliedOriginRevision: originRevision } = status ?? {};
  return { ...(revision ? { revision } : {}), ...(originRevision ? { originRevision } : {}) };
}

function deletes({ spec }: Kustomization): boolean {
  const policy = spec.deletionPolicy ?? 'MirrorPrune';
  return policy === 'MirrorPrune' ? spec.prune : policy !== 'Orphan';
}
