import { formatDuration, names } from '@millrace/api';
import type { ArtifactUnavailable } from '@millrace/artifact';
import type { Release } from '@millrace/helm';
import { ReleaseNotFound } from '@millrace/releases';
import {
  type Action,
  deployedMessage,
  driftAction,
  installAction,
  MissingRollbackTarget,
  rollbackAction,
  testAction,
  uninstallRemediation,
  unlockAction,
  upgradeAction,
} from './actions.ts';
import type { Attempt } from './attempt.ts';
import { driftOf } from './drift.ts';
import { fullName, isObserved, previousOf, shortened, truncated } from './history.ts';
import { type ReleaseState, stateOf } from './release-state.ts';
import type { ReleaseRun } from './run.ts';
import { type ActionName, detectsDrift, isExhausted, remediationOf, retryIntervalOf } from './spec.ts';
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

/** No more tries are left. */
class ExceededRetries extends Error {
  override readonly name = 'ExceededRetries';
}

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
    if (action.type === 'remediate') return stopAfter(attempt, run);
    done.add(action.type);
    attempt.show();
  }
}

async function determine(attempt: Attempt, run: ReleaseRun): Promise<ReleaseState> {
  const context = run.context({ waits: false, onWrite: () => {} });
  const look = async (release: Release) => {
    const drift = await driftOf(release, run.ignore, context);
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

const activeAction = ({ status }: Attempt) => status.lastAttemptedReleaseAction as ActionName | undefined;

function activeRetry(attempt: Attempt, run: ReleaseRun): number | undefined {
  const action = activeAction(attempt);
  return action && retryIntervalOf(attempt.hr, action, run.retryByDefault);
}

function activeRemediation(attempt: Attempt) {
  const action = activeAction(attempt);
  if (action === undefined) return undefined;
  const failures =
    (action === 'install' ? attempt.status.installFailures : attempt.status.upgradeFailures) ?? 0;
  const remediation = remediationOf(attempt.hr, action);
  return { action, failures, ...remediation, exhausted: isExhausted(remediation, failures) };
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

/** The action that the state calls for; undefined where all is well. Throws where nothing can be done any more. */
async function nextAction(
  attempt: Attempt,
  state: ReleaseState,
  forced: boolean,
  run: ReleaseRun,
): Promise<Action | undefined> {
  const { hr, status } = attempt;
  const exhausted = (action: ActionName) =>
    isExhausted(
      remediationOf(hr, action),
      (action === 'install' ? status.installFailures : status.upgradeFailures) ?? 0,
    );
  switch (state.kind) {
    case 'in sync':
      return inSync(attempt, forced, run);
    case 'locked':
      return unlockAction;
    case 'absent':
      if (exhausted('install') && !forced)
        throw new ExceededRetries('exceeded maximum retries: cannot install release');
      return installAction;
    case 'unmanaged':
      attempt.history = [];
      return upgradeAction;
    case 'out of sync':
      if (exhausted('upgrade') && !forced)
        throw new ExceededRetries('exceeded maximum retries: cannot upgrade release');
      return upgradeAction;
    case 'drifted': {
      const message = `Cluster state of release ${fullName(attempt.latest!)} has drifted from the desired state:\n${state.drift.summary}`;
      attempt.hasDrifted = true;
      attempt.note('error', 'DriftDetected', message);
      attempt.mark('Drifted', 'True', 'DriftDetected', message);
      return hr.spec.driftDetection?.mode === 'enabled' ? driftAction(state.drift) : undefined;
    }
    case 'untested':
      remediatedIsReleased(attempt);
      return testAction;
    case 'failed':
      return remedyFor(attempt, forced, run);
  }
}

/** What a rollback has come to may be just what is wanted now: then it counts as released. */
function remediatedIsReleased(attempt: Attempt): void {
  if (!attempt.is('Remediated', 'True')) return;
  attempt.unmark('Remediated');
  attempt.mark('Released', 'True', 'UpgradeSucceeded', deployedMessage('upgrade', attempt));
}

function inSync(attempt: Attempt, forced: boolean, run: ReleaseRun): Action | undefined {
  const { hr } = attempt;
  const ignoresTests =
    activeRemediation(attempt)?.ignoreTestFailures ?? hr.spec.test?.ignoreFailures ?? false;
  attempt.history =
    activeRetry(attempt, run) === undefined
      ? truncated(attempt.history, ignoresTests)
      : shortened(attempt.history);
  if (forced) return upgradeAction;
  remediatedIsReleased(attempt);
  if (!attempt.is('Ready', 'True') || !attempt.is('Released', 'True')) {
    const reason = attempt.condition('Released')?.reason;
    const action =
      reason === 'InstallFailed' ? 'install' : reason === 'UpgradeFailed' ? 'upgrade' : undefined;
    if (action) {
      const succeeded = action === 'install' ? 'InstallSucceeded' : 'UpgradeSucceeded';
      attempt.mark('Released', 'True', succeeded, deployedMessage(action, attempt));
      summarise(attempt);
    }
  }
  if (detectsDrift(hr))
    attempt.mark('Drifted', 'False', 'NoDriftDetected', 'No drift detected against the cluster state');
  return undefined;
}

async function remedyFor(attempt: Attempt, forced: boolean, run: ReleaseRun): Promise<Action> {
  if (activeRetry(attempt, run) !== undefined) {
    attempt.history = shortened(attempt.history);
    return upgradeAction;
  }
  const remediation = activeRemediation(attempt);
  // Without failures that count, what led to the last one has changed.
  if (!remediation || remediation.failures <= 0 || forced) return upgradeAction;
  if (remediation.exhausted && !remediation.remediateLast)
    throw new ExceededRetries('exceeded maximum retries: cannot remediate failed release');
  attempt.history = truncated(attempt.history, remediation.ignoreTestFailures);
  if (remediation.strategy === 'uninstall') return uninstallRemediation;
  const previous = previousOf(attempt.history, remediation.ignoreTestFailures);
  if (!previous)
    throw new MissingRollbackTarget('missing target release for rollback: cannot remediate failed release');
  const stored = await run.records.get(previous.name, previous.version).catch(error => {
    if (error instanceof ReleaseNotFound) return undefined;
    throw error;
  });
  // One that is gone or another than it was is not to be relied on.
  return stored && isObserved(previous, stored) ? rollbackAction : upgradeAction;
}
