import type { Metadata, Release, Values } from '@millrace/helm';
import { coalesceTables, isPending, valuesDigest } from '@millrace/helm';
import { type Records, ReleaseNotFound } from '@millrace/releases';
import type { Attempt } from './attempt.ts';
import type { Drift } from './drift.ts';
import { hasTest, isObserved, isTested } from './history.ts';
import { type ActionName, detectsDrift, releaseNameOf, remediationOf } from './spec.ts';
import { commonMetadataDigest, postRenderersDigest } from './summary.ts';
import { textOf } from './words.ts';

/** What the release in storage is, held against what is wanted of it. */
export type ReleaseState =
  | {
      kind: 'absent' | 'unmanaged' | 'out of sync' | 'locked' | 'untested' | 'failed' | 'in sync';
      reason: string;
    }
  | { kind: 'drifted'; reason: string; drift: Drift };

export interface Wanted {
  metadata: Metadata;
  values: Values;
}

/**
 * Rule: DetermineReleaseState of helm-controller v1.6.3.
 * @param driftOf what of the release is not in the cluster as it should be
 */
export async function stateOf(
  attempt: Attempt,
  { metadata, values }: Wanted,
  records: Records,
  driftOf: (release: Release) => Promise<Drift>,
): Promise<ReleaseState> {
  const { hr, latest } = attempt;
  const release = await records.last(releaseNameOf(hr)).catch(error => {
    if (error instanceof ReleaseNotFound) return undefined;
    throw new Error(`failed to retrieve last release from storage: ${textOf(error)}`, { cause: error });
  });
  if (!release) return { kind: 'absent', reason: 'no release in storage for object' };
  const { status } = release.info;
  if (isPending(release)) return { kind: 'locked', reason: `release with status '${status}'` };
  if (!latest)
    return status === 'uninstalled'
      ? { kind: 'absent', reason: 'found uninstalled release in storage' }
      : { kind: 'unmanaged', reason: 'found existing release in storage' };
  if (!isObserved(latest, release))
    return { kind: 'unmanaged', reason: 'release not observed to be made for object' };
  if (status === 'failed') return { kind: 'failed', reason: '' };
  if (status === 'uninstalled') return { kind: 'absent', reason: 'found uninstalled release in storage' };
  if (status !== 'deployed') throw new Error(`unable to determine state for release with status '${status}'`);
  const chart = release.chart?.metadata;
  if (chart?.name !== metadata.name || chart.version !== metadata.version)
    return { kind: 'out of sync', reason: 'release chart changed' };
  // What an upgrade would come to: values that it keeps are no reason for one.
  const kept = hr.spec.upgrade?.preserveValues ? coalesceTables(values, release.config ?? {}) : values;
  if (latest.configDigest !== valuesDigest(kept))
    return { kind: 'out of sync', reason: 'release config values changed' };
  return changedSpec(attempt) ?? untested(attempt) ?? drifted(attempt, release, driftOf);
}

/** What shows in no release is looked at when the spec is another. */
function changedSpec({ hr, status }: Attempt): ReleaseState | undefined {
  if (status.observedGeneration === hr.metadata.generation) return undefined;
  if (postRenderersDigest(hr) !== (status.observedPostRenderersDigest ?? ''))
    return { kind: 'out of sync', reason: 'postrenderers digest has changed' };
  if (commonMetadataDigest(hr) !== (status.observedCommonMetadataDigest ?? ''))
    return { kind: 'out of sync', reason: 'common metadata digest has changed' };
  return undefined;
}

function untested({ hr, status, latest }: Attempt): ReleaseState | undefined {
  if (!hr.spec.test?.enable || !latest) return undefined;
  if (!isTested(latest)) return { kind: 'untested', reason: '' };
  const action = status.lastAttemptedReleaseAction as ActionName | undefined;
  const minds = action !== undefined && !remediationOf(hr, action).ignoreTestFailures;
  if (minds && hasTest(latest, 'Failed'))
    return { kind: 'failed', reason: 'release has test in failed phase' };
  return undefined;
}

async function drifted(
  { hr }: Attempt,
  release: Release,
  driftOf: (release: Release) => Promise<Drift>,
): Promise<ReleaseState> {
  if (!detectsDrift(hr)) return { kind: 'in sync', reason: '' };
  const drift = await driftOf(release);
  return drift.changes.length > 0 ? { kind: 'drifted', reason: '', drift } : { kind: 'in sync', reason: '' };
}
