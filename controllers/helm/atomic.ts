import { formatDuration, names } from '@millrace/api';
import type { ArtifactUnavailable } from '@millrace/artifact';
import type { Release } from '@millrace/helm';
import type { Action } from './actions/action.ts';
import { MissingRollbackTarget } from './actions/rollback.ts';
import type { Attempt } from './attempt.ts';
import { driftOf } from './drift.ts';
import { activeAction, activeRemediation, activeRetry, ExceededRetries, nextAction } from './next-action.ts';
import { type ReleaseState, stateOf } from './release-state.ts';
import type { ReleaseRun } from './run.ts';
import { summarise } from './summary.ts';
import { textOf } from './words.ts';

/** How an attempt ended. */
export type End =
  | { kind: 'done' }
  /** The next attempt goes on, after so many milliseconds, or after a wait that grows. */
  | { kind: 'again'; after?: number }
  /** Nothing helps but a change of the object. */
  | { kind: 'stalled' }
  | { kind: 'failed'; error: Error }
  /** There is no chart to be had at the moment; nothing has been done. */
  | { kind: 'unavailable'; error: ArtifactUnavailable };

/**
 * Do what brings the release to what the HelmRelease says: see what there is, take the one action that follows, and
 * again, each action at most once and none after a remediation.
 *
 * Rule: AtomicRelease of helm-controller v1.6.3.
 */
export async function releaseAtomically(attempt: Attempt, run: ReleaseRun): Promise<End> {
  const done = new Set<Action['type']>();
  for (;;) {
    run.signal.throwIfAborted();
    let action: Action | undefined;
    try {
      const state = await determine(attempt, run);
      // Heard once, whatever the state: else an upgrade would be forced after the one that was due.
      action = await nextAction(attempt, state, takeForceRequest(attempt), run);
    } catch (error) {
      run.signal.throwIfAborted();
      return giveUp(attempt, error);
    }
    if (!action) {
      attempt.unmark('Reconciling');
      summarise(attempt);
      return { kind: 'done' };
    }
    if (done.has(action.type)) return stopBefore(attempt, run);
    announce(action, attempt);
    try {
      await action.perform(attempt, run);
    } catch (error) {
      run.signal.throwIfAborted();
      return failedIn(attempt, error, run);
    }
    // What was cut short is not remedied: the next attempt has something newer.
    if (run.interrupted.aborted) return goOn(attempt);
    if (action.type === 'remediate') return stopAfter(attempt, run);
    done.add(action.type);
    attempt.show();
  }
}

async function determine(attempt: Attempt, run: ReleaseRun): Promise<ReleaseState> {
  const context = run.context({ waits: false, onWrite: () => {} });
  const look = async (release: Release) => {
    const drift = await driftOf(release, run.drift, context);
    run.saw(drift.seen);
    return drift;
  };
  try {
    return await stateOf(attempt, run, run.records, look);
  } catch (cause) {
    run.signal.throwIfAborted();
    const problem = textOf(cause);
    attempt.mark('Ready', 'False', 'StateError', `Could not determine release state: ${problem}`);
    throw new Error(`cannot determine release state: ${problem}`, { cause });
  }
}

/** Long actions show what goes on. */
function announce(action: Action, attempt: Attempt): void {
  const message = `Running '${action.name}' action with timeout of ${formatDuration(action.timeout(attempt))}`;
  attempt.mark('Reconciling', 'True', 'Progressing', message);
  if (action.type === 'release') attempt.mark('Ready', 'Unknown', 'Progressing', message);
  attempt.show();
}

function giveUp(attempt: Attempt, error: unknown): End {
  if (error instanceof ExceededRetries) {
    stall(attempt);
    return { kind: 'stalled' };
  }
  if (error instanceof MissingRollbackTarget) {
    attempt.mark(
      'Stalled',
      'True',
      'MissingRollbackTarget',
      `Failed to perform remediation: ${error.message}`,
    );
    return { kind: 'stalled' };
  }
  return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
}

function stall(attempt: Attempt): void {
  const failures = activeRemediation(attempt)?.failures ?? 0;
  const message = `Failed to ${activeAction(attempt) ?? ''} after ${failures} attempt(s)`;
  attempt.mark('Stalled', 'True', 'RetriesExceeded', message);
}

function retrying(attempt: Attempt, after: number): End {
  attempt.mark('Reconciling', 'True', 'ProgressingWithRetry', `retrying after ${formatDuration(after)}`);
  return { kind: 'again', after };
}

function goOn(attempt: Attempt): End {
  const message = attempt.condition('Ready')?.message ?? '';
  attempt.mark('Reconciling', 'True', 'ProgressingWithRetry', message);
  return { kind: 'again' };
}

function stopBefore(attempt: Attempt, run: ReleaseRun): End {
  const retry = activeRetry(attempt, run);
  if (retry !== undefined) return retrying(attempt, retry);
  if (!activeRemediation(attempt)?.exhausted) return goOn(attempt);
  attempt.unmark('Reconciling');
  return { kind: 'done' };
}

function stopAfter(attempt: Attempt, run: ReleaseRun): End {
  const retry = activeRetry(attempt, run);
  if (retry !== undefined) return retrying(attempt, retry);
  const remediation = activeRemediation(attempt);
  const uninstallsAfterUpgrade = remediation?.action === 'upgrade' && remediation.strategy === 'uninstall';
  if (!remediation?.exhausted || uninstallsAfterUpgrade) return goOn(attempt);
  stall(attempt);
  return { kind: 'stalled' };
}

function failedIn(attempt: Attempt, error: unknown, run: ReleaseRun): End {
  if (error instanceof MissingRollbackTarget) return giveUp(attempt, error);
  const retry = activeRetry(attempt, run);
  if (retry !== undefined) return retrying(attempt, retry);
  const failure = error instanceof Error ? error : new Error(String(error));
  if (attempt.is('Ready', 'True')) attempt.mark('Ready', 'False', 'ReconcileError', failure.message);
  return { kind: 'failed', error: failure };
}

/** What a request by the annotation forceAt asks for; it has to be that of a reconcile that has not been handled. */
function takeForceRequest({ hr, status }: Attempt): boolean {
  const annotations = hr.metadata.annotations ?? {};
  const asked = annotations[names.forceAt];
  if (!asked) return false;
  const before = status.lastHandledForceAt;
  status.lastHandledForceAt = asked;
  const requested = annotations[names.requestedAt];
  return asked === requested && asked !== before && requested !== hr.status?.lastHandledReconcileAt;
}
