import type { Snapshot } from '@millrace/api';
import type { Release } from '@millrace/helm';
import type { Attempt } from '../attempt.ts';
import { chartOf, fullName, isOf } from '../history.ts';
import type { ReleaseRun } from '../run.ts';
import type { ActionName } from '../spec.ts';
import { textOf } from '../words.ts';

/** What is done with a release, and what is said of it on the HelmRelease (internal/reconcile of helm-controller). */
export interface Action {
  name: string;
  type: 'release' | 'test' | 'remediate' | 'unlock' | 'correct drift';
  timeout(attempt: Attempt): number;
  /** Throws where nothing has changed in storage: then the same is to be tried again. */
  perform(attempt: Attempt, run: ReleaseRun): Promise<void>;
}

/** What the work failed with. Being told to stop is no failure. */
export async function outcomeOf(work: Promise<unknown>, signal: AbortSignal): Promise<Error | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error : new Error(String(error));
  }
}

export function appliedBy(
  mode: 'enabled' | 'disabled' | 'auto' | undefined,
  like: Release | undefined,
): boolean {
  if (mode === 'enabled' || mode === 'disabled') return mode === 'enabled';
  return like?.applyMethod === 'ssa';
}

export function replace(attempt: Attempt, release: Release, snapshot: Snapshot): void {
  attempt.history = attempt.history.map(known => (isOf(known, release) ? snapshot : known));
}

export async function noteInventory(
  observed: Map<number, Release>,
  attempt: Attempt,
  run: ReleaseRun,
): Promise<void> {
  const newest = [...observed.values()].sort((a, b) => b.version - a.version)[0];
  if (!newest) return;
  try {
    attempt.status.inventory = { entries: await run.inventory(newest.manifest, run.values) };
  } catch (error) {
    run.signal.throwIfAborted();
    const { namespace, name } = attempt.hr.metadata;
    attempt.note(
      'error',
      'InventoryBuildFailed',
      `failed to build inventory for ${namespace}/${name}: ${textOf(error)}`,
    );
  }
}

export function deployedMessage(action: ActionName, attempt: Attempt): string {
  const latest = attempt.latest!;
  return `Helm ${action} succeeded for release ${fullName(latest)} with chart ${chartOf(latest)}`;
}

export function clearFailures({ status }: Attempt): void {
  delete status.failures;
  delete status.installFailures;
  delete status.upgradeFailures;
}
