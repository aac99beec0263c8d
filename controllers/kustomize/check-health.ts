import { formatDuration } from '@millrace/api';
import { entryOf, judge } from '@millrace/applier';
import { type EventNote, Failed, type Waiting } from '@millrace/controller';
import { type Health, healthOf, type ObjectRef } from '@millrace/kube';
import { healthTargets } from './health-targets.ts';
import { isDue, type Run } from './run.ts';
import { timeoutOf } from './spec.ts';

/**
 * See whether what was applied works. Returns what to wait for while it does not yet: changes of the objects wake the
 * Kustomization. Throws Failed when the time is over. What has passed once is looked at again with the next interval.
 */
export async function checkHealth(run: Run, events: EventNote[]): Promise<Waiting | undefined> {
  const { ks, memory } = run;
  // What somebody wants left may be as it is (kustomize-controller leaves skipped objects out too).
  const applied = [...memory.applied.values()].filter(({ left }) => !left).map(({ ref }) => ref);
  const targets = healthTargets(ks, applied);
  if (targets.length === 0) {
    memory.check = undefined;
    return undefined;
  }
  if (isDue(ks, memory, run.now) && memory.check?.passedAfter !== undefined)
    memory.check = { since: run.now, afterChange: false };
  if (!memory.check || memory.check.failed) memory.check = { since: run.now, afterChange: true };
  const { check } = memory;
  if (check.passedAfter !== undefined) return undefined;
  const waited = Date.now() - check.since;
  const verdict = judge(await healthsOf(run, targets), waited, timeoutOf(ks));
  if (verdict.kind === 'waiting') return wait(run, waited);
  if (verdict.kind === 'failed') throw unhealthy(run, verdict.message);
  check.passedAfter = waited;
  const message = `Health check passed in ${formatDuration(waited)}`;
  if (check.afterChange)
    events.push({
      severity: 'info',
      reason: 'Progressing',
      message,
      metadata: { revision: run.source.revision },
    });
  return undefined;
}

function wait({ ks, source, memory, now }: Run, waited: number): Waiting {
  const timeout = timeoutOf(ks);
  memory.startedAt ??= now;
  const message = `Running health checks for revision ${source.revision} with a timeout of ${formatDuration(timeout)}`;
  return {
    kind: 'waiting',
    message,
    wakeAfter: Math.max(timeout - waited, 0),
    conditions: { Healthy: { status: 'Unknown', reason: 'Progressing', message } },
  };
}

function unhealthy({ memory }: Run, message: string): Failed {
  // The next try waits its full time again; should the objects recover before, their change wakes us.
  memory.check = { since: Date.now(), afterChange: true, failed: true };
  return new Failed('HealthCheckFailed', message, {
    conditions: { Healthy: { status: 'False', reason: 'HealthCheckFailed', message } },
  });
}

/** Applied objects are seen by the watch of their kind; others by one of their own. */
async function healthsOf(run: Run, targets: ObjectRef[]): Promise<{ ref: ObjectRef; health: Health }[]> {
  const own = new Map([...run.memory.applied.values()].map(applied => [applied.ref, applied]));
  const idOf = (ref: ObjectRef) => entryOf({ ...ref, metadata: ref }).id;
  const foreign = targets.filter(ref => !run.memory.applied.has(idOf(ref)));
  const found = await run.cluster.references.read(run.key, 'health', foreign);
  const others = new Map(foreign.map((ref, i) => [ref, healthOf(found[i])]));
  return targets.map(ref => {
    const applied = own.get(ref) ?? run.memory.applied.get(idOf(ref));
    if (!applied) return { ref, health: others.get(ref)! };
    const sight = run.cluster.owned.look(applied.ref, applied.resourceVersion);
    if (!sight) return { ref, health: { status: 'InProgress', message: 'not observed yet' } };
    return { ref, health: sight.object?.health ?? healthOf(undefined) };
  });
}
