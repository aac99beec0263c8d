import { formatDuration, type Kustomization } from '@millrace/api';
import {
  type EventNote,
  type ExtraConditions,
  Failed,
  findCondition,
  NotReady,
  type Outcome,
  Stalled,
} from '@millrace/controller';
import type { JsonObject } from '@millrace/json';
import { withReconcile } from './history.ts';
import type { Memory } from './memory.ts';
import { end, isDue, type Run, revisionOf } from './run.ts';
import { isSaid } from './said.ts';
import type { SourceState } from './source.ts';
import { intervalOf, retryIntervalOf } from './spec.ts';

/**
 * Everything is good: say so, unless it has been said and nothing was done since. What was done and has changed nothing
 * is no event, unless somebody has asked for it.
 */
export function finish(run: Run, events: EventNote[]): Outcome {
  const { ks, memory, source, visit } = run;
  const requeueAfter = nextVisit(run);
  const { startedAt, changed } = memory;
  const said = memory.said?.already ?? isSaid(ks, source);
  if (startedAt === undefined && said) {
    if (isDue(ks, memory, run.now)) memory.goodAt = run.now;
    return { kind: 'unchanged', requeueAfter };
  }
  end(memory);
  memory.goodAt = Date.now();
  const duration = memory.goodAt - (startedAt ?? run.now);
  const reason = 'ReconciliationSucceeded';
  const ready = {
    kind: 'ready' as const,
    reason,
    message: `Applied revision: ${source.revision}`,
    requeueAfter,
  };
  if (said && !changed && !visit.requested && events.length === 0)
    return {
      ...ready,
      ...(isHealthy(ks) && memory.check ? {} : { conditions: healthOf(memory) }),
      status: { inventory: { entries: memory.inventory } },
    };
  const message = `Reconciliation finished in ${formatDuration(duration)}, next run in ${formatDuration(intervalOf(ks))}`;
  const metadata = { ...revisionOf(source), commit_status: 'update' };
  return {
    ...ready,
    conditions: healthOf(memory),
    status: {
      ...statusOf(run, duration, reason),
      lastAppliedRevision: source.revision,
      lastAppliedOriginRevision: source.originRevision || null,
    },
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

/** What is healthy stays so, and how long it took to become it stands there. */
function isHealthy({ status }: Kustomization): boolean {
  return findCondition(status?.conditions, 'Healthy')?.status === 'True';
}

function healthOf({ check }: Memory): ExtraConditions {
  if (check?.passedAfter === undefined) return { Healthy: false };
  const message = `Health check passed in ${formatDuration(check.passedAfter)}`;
  return { Healthy: { status: 'True', reason: 'Succeeded', message } };
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
  const metadata = revisionOf(source);
  if (error instanceof NotReady)
    return new NotReady(error.reason, error.message, { ...error.options, metadata });
  if (error instanceof Stalled)
    return new Stalled(error.reason, error.message, { ...error.options, metadata });
  if (error instanceof Error && error.name === 'AbortError') return error;
  const known = error instanceof Failed ? error : undefined;
  const duration = Date.now() - (memory.startedAt ?? Date.now());
  end(memory);
  memory.pending = undefined;
  memory.dataKeys.forgetProblems();
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
    metadata,
    status: {
      ...(reason === 'ArtifactFailed' ? {} : { lastAttemptedRevision: source.revision }),
      ...(history ? { history: history.map(entry => ({ ...entry })) } : {}),
      ...known?.options.status,
    },
  });
}
