import { ReleaseNotFound } from '@millrace/releases';
import { type Action, deployedMessage } from './actions/action.ts';
import { driftAction } from './actions/correct-drift.ts';
import { installAction, upgradeAction } from './actions/deploy.ts';
import { MissingRollbackTarget, rollbackAction } from './actions/rollback.ts';
import { testAction } from './actions/test.ts';
import { uninstallRemediation } from './actions/uninstall.ts';
import { unlockAction } from './actions/unlock.ts';
import type { Attempt } from './attempt.ts';
import { fullName, isObserved, previousOf, shortened, truncated } from './history.ts';
import type { ReleaseState } from './release-state.ts';
import type { ReleaseRun } from './run.ts';
import { type ActionName, detectsDrift, isExhausted, remediationOf, retryIntervalOf } from './spec.ts';
import { summarise } from './summary.ts';

/** No more tries are left. */
export class ExceededRetries extends Error {
  override readonly name = 'ExceededRetries';
}

/** What of a run decides: its storage, and how failures are met where the spec does not say. */
type Deciding = Pick<ReleaseRun, 'records' | 'retryByDefault'>;

export const activeAction = ({ status }: Attempt) =>
  status.lastAttemptedReleaseAction as ActionName | undefined;

/** Milliseconds until what has failed is tried again as it is; undefined where it is remediated. */
export function activeRetry(attempt: Attempt, run: Deciding): number | undefined {
  const action = activeAction(attempt);
  return action && retryIntervalOf(attempt.hr, action, run.retryByDefault);
}

export function activeRemediation(attempt: Attempt) {
  const action = activeAction(attempt);
  if (action === undefined) return undefined;
  const failures =
    (action === 'install' ? attempt.status.installFailures : attempt.status.upgradeFailures) ?? 0;
  const remediation = remediationOf(attempt.hr, action);
  return { action, failures, ...remediation, exhausted: isExhausted(remediation, failures) };
}

/**
 * The action that the state calls for; undefined where all is well. Throws where nothing can be done any more.
 *
 * Rule: actionForState of helm-controller v1.6.3.
 */
export async function nextAction(
  attempt: Attempt,
  state: ReleaseState,
  forced: boolean,
  run: Deciding,
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

function inSync(attempt: Attempt, forced: boolean, run: Deciding): Action | undefined {
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

async function remedyFor(attempt: Attempt, forced: boolean, run: Deciding): Promise<Action> {
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
