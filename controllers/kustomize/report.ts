import { formatDuration, type Kustomization } from '@millrace/api';
import { type EventNote, Failed, findCondition, NotReady, type Outcome, Stalled } from '@millrace/controller';
import type { JsonObject } from '@millrace/json';
import { withReconcile } from './history.ts';
import type { Memory } from './memory.ts';
import { isDue, type Run, revisionOf } from './run.ts';
import type { SourceState } from './source.ts';
import { intervalOf, retryIntervalOf } from './spec.ts';

/** Everything is good: say so, unless it has been said and nothing was done since. */
export function finish(run: Run, events: EventNote[]): Outcome {
  const { ks, memory, source } = run;
  const requeueAfter = nextVisit(run);
  const startedAt = memory.startedAt;
  const said =
    findCondition(ks.status?.conditions, 'Ready')?.status === 'True' &&
    ks.status?.lastAppliedRevision === source.revision &&
    ks.status.observedGeneration === ks.metadata.generation;
  if (startedAt === undefined && said) {
    if (isDue(ks, memory, run.now)) memory.goodAt = run.now;
    return { kind: 'unchanged', requeueAfter };
  }
  memory.startedAt = undefined;
  memory.goodAt = Date.now();
  const duration = memory.goodAt - (startedAt ?? run.now);
  const message = `Reconciliation finished in ${formatDuration(duration)}, next run in ${formatDuration(intervalOf(ks))}`;
  const reason = 'ReconciliationSucceeded';
  // Commit statuses are written anew although nothing may have changed (fluxcd/pkg, apis/event).
  const metadata = { ...revisionOf(source), commit_status: 'update' };
  return {
    kind: 'ready',
    reason,
    message: `Applied revision: ${source.revision}`,
    requeueAfter,
    status: {
      ...statusOf(run, duration, reason),
      lastAppliedRevision: source.revision,
      ...(source.originRevision ? { lastAppliedOriginRevision: source.originRevision } : {}),
    },
    conditions: { Healthy: healthCondition(memory) },
    events: [...events, { severity: 'info', reason, message, metadata }],
  };
}

/** The interval; earlier where a correction is put off because somebody keeps undoing it. */
function nextVisit({ ks, memory, now }: Run): number {
  const interval = intervalOf(ks);
  const pauses = [...memory.applied.keys()]
    .map(id => memory.brake.wait(id, now, interval))
    .filter(wait => wait > 0);
  return Math.min(interval, ...pauses);
}

function healthCondition({ check }: Memory) {
  if (check?.passedAfter === undefined) return false;
  const message = `Health check passed in ${formatDuration(check.passedAfter)}`;
  return { status: 'True' as const, reason: 'Succeeded', message };
}

function statusOf({ ks, memory, source, now }: Run, duration: number, result: string): JsonObject {
  const digest = memory.done?.digest ?? '';
  const history = withReconcile(ks.status?.history ?? [], {
    digest,
    status: result,
    duration,
    now: new Date(now),
    metadata: revisionOf(source),
  });
  return {
    lastAttemptedRevision: source.revision,
    inventory: { entries: memory.inventory },
    history: history.map(entry => ({ ...entry })),
  };
}

/** What every failure of this controller has in common: the revision that it is about, and when it is tried again. */
export function failure(
  error: unknown,
  ks: Kustomization,
  memory: Memory,
  source: SourceState,
  events: EventNote[],
): unknown {
  if (error instanceof NotReady || error instanceof Stalled) return error;
  if (error instanceof Error && error.name === 'AbortError') return error;
  const known = error instanceof Failed ? error : undefined;
  const duration = Date.now() - (memory.startedAt ?? Date.now());
  memory.startedAt = undefined;
  memory.pending = undefined;
  const message = error instanceof Error ? error.message : String(error);
  const digest = memory.builtDigest;
  const reason = known?.reason ?? 'ReconciliationFailed';
  const history = digest
    ? withReconcile(ks.status?.history ?? [], {
        digest,
        status: reason,
        duration,
        now: new Date(),
        metadata: revisionOf(source),
      })
    : undefined;
  return new Failed(reason, message, {
    ...known?.options,
    cause: error,
    retryAfter: retryIntervalOf(ks),
    // What was done before it failed is told all the same.
    events: [...events, ...(known?.options.events ?? [])],
    metadata: revisionOf(source),
    status: {
      ...(reason === 'ArtifactFailed' ? {} : { lastAttemptedRevision: source.revision }),
      ...(history ? { history: history.map(entry => ({ ...entry })) } : {}),
      ...known?.options.status,
    },
  });
}
