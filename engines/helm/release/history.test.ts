import { describe, expect, it } from 'vitest';
import { deployedRelease, historyOf, lastRelease, releaseByVersion, releasesToPrune } from './history.ts';
import type { Release, ReleaseStatus } from './release.ts';

function revision(version: number, status: ReleaseStatus, name = 'app'): Release {
  const info = { description: '', status, rollbackRevision: 0, notes: '' };
  const nothing = { chart: undefined, config: undefined, manifest: '', hooks: [], labels: {} };
  return { name, namespace: 'default', version, info, applyMethod: 'ssa', ...nothing };
}

const releases = [
  revision(10, 'failed'),
  revision(2, 'superseded'),
  revision(9, 'deployed'),
  revision(3, 'deployed'),
  revision(11, 'deployed', 'other'),
];

const versions = (given: Release[]) => given.map(({ version }) => version);

describe('the history of a release', () => {
  it('goes by revision', () => {
    expect(versions(historyOf(releases, 'app'))).toEqual([2, 3, 9, 10]);
    expect(lastRelease(releases, 'app')?.version).toBe(10);
    expect(deployedRelease(releases, 'app')?.version).toBe(9);
    expect(releaseByVersion(releases, 'app', 2)?.info.status).toBe('superseded');
    expect([lastRelease(releases, 'none'), releaseByVersion(releases, 'app', 11)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it.each([
    [0, []],
    [10, []],
    [5, []],
    [4, [2]],
    [3, [2, 3]],
    [1, [2, 3, 10]],
  ])('is pruned to %i with one more to come by deleting %j', (max, deleted) => {
    expect(versions(releasesToPrune(releases, 'app', max))).toEqual(deleted);
  });
});
