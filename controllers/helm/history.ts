import type { Snapshot } from '@millrace/api';
import { type Release, releaseDigest, valuesDigest } from '@millrace/helm';

/** Snapshots in status.history: what helm-controller remembers of the releases that it made, newest first. */

/** As many as upstream keeps where none of them tells where to stop. */
const most = 5;

export interface SnapshotExtras {
  action?: string | undefined;
  ociDigest?: string | undefined;
  testHooks?: Snapshot['testHooks'];
}

export function snapshotOf(release: Release, { action, ociDigest, testHooks }: SnapshotExtras): Snapshot {
  const { name, version: chartVersion, appVersion } = release.chart?.metadata ?? { name: '', version: '' };
  const { firstDeployed, lastDeployed, deleted, status } = release.info;
  return {
    apiVersion: 'v2',
    digest: releaseDigest(release, ociDigest),
    name: release.name,
    namespace: release.namespace,
    version: release.version,
    ...(appVersion ? { appVersion } : {}),
    chartName: name,
    chartVersion,
    configDigest: valuesDigest(release.config ?? {}),
    firstDeployed: inSeconds(firstDeployed),
    lastDeployed: inSeconds(lastDeployed),
    ...(deleted ? { deleted: inSeconds(deleted) } : {}),
    status,
    ...(action ? { action } : {}),
    ...(ociDigest ? { ociDigest } : {}),
    ...(testHooks ? { testHooks } : {}),
  };
}

/** Kubernetes writes times in whole seconds of UTC. */
function inSeconds(time: string | undefined): string {
  const at = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(at) ? '0001-01-01T00:00:00Z' : `${new Date(at).toISOString().slice(0, 19)}Z`;
}

export function isOf(
  snapshot: Snapshot,
  { name, namespace, version }: Pick<Release, 'name' | 'namespace' | 'version'>,
): boolean {
  return snapshot.name === name && snapshot.namespace === namespace && snapshot.version === version;
}

/** Whether the release in storage is what was observed of it when the snapshot was taken. */
export function isObserved(snapshot: Snapshot, release: Release): boolean {
  // Snapshots of before were made of something else; they are taken at their word.
  if (snapshot.apiVersion !== 'v2') return true;
  return snapshot.digest === releaseDigest(release, snapshot.ociDigest);
}

export function fullName({ namespace, name, version }: Snapshot): string {
  return `${namespace}/${name}.v${version}`;
}

export function chartOf({ chartName, chartVersion }: Snapshot): string {
  return `${chartName}@${chartVersion}`;
}

export function hasTest(snapshot: Snapshot, phase: string): boolean {
  return Object.values(snapshot.testHooks ?? {}).some(test => test.phase === phase);
}

/** Whether its tests have come to an end: one has failed, or all have succeeded, or there are none. */
export function isTested(snapshot: Snapshot): boolean {
  if (!snapshot.testHooks) return false;
  const tests = Object.values(snapshot.testHooks);
  return hasTest(snapshot, 'Failed') || tests.every(({ phase }) => phase === 'Succeeded');
}

/** The one before the latest that was good: what a rollback goes back to. */
export function previousOf(history: Snapshot[], ignoreTests: boolean): Snapshot | undefined {
  return history.slice(1).find(snapshot => isGood(snapshot, ignoreTests));
}

function isGood(snapshot: Snapshot, ignoreTests: boolean): boolean {
  const wasDeployed = snapshot.status === 'deployed' || snapshot.status === 'superseded';
  return wasDeployed && (ignoreTests || !hasTest(snapshot, 'Failed'));
}

/** The history down to the one that a rollback would go back to. */
export function truncated(history: Snapshot[], ignoreTests: boolean): Snapshot[] {
  const previous = history.findIndex((snapshot, i) => i > 0 && isGood(snapshot, ignoreTests));
  return history.slice(0, previous < 0 ? most : previous + 1);
}

export function shortened(history: Snapshot[]): Snapshot[] {
  return history.slice(0, most);
}

export function newestFirst(history: Snapshot[]): Snapshot[] {
  return history.toSorted((a, b) => b.version - a.version);
}
