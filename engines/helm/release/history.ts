import type { Release } from './release.ts';

/** The revisions of a release, oldest first. */
export function historyOf(releases: readonly Release[], name: string): Release[] {
  return releases.filter(release => release.name === name).sort((a, b) => a.version - b.version);
}

/** The newest revision of a release, whatever its status. */
export function lastRelease(releases: readonly Release[], name: string): Release | undefined {
  return historyOf(releases, name).at(-1);
}

/** The newest revision that is deployed. There should be one at most; of several, the newest counts. */
export function deployedRelease(releases: readonly Release[], name: string): Release | undefined {
  return historyOf(releases, name).findLast(({ info }) => info.status === 'deployed');
}

/** A revision by its number. */
export function releaseByVersion(
  releases: readonly Release[],
  name: string,
  version: number,
): Release | undefined {
  return releases.find(release => release.name === name && release.version === version);
}

/**
 * The revisions to delete before one more is written, so that no more than `maxHistory` are left then: the oldest, but
 * never the one that is deployed. 0 keeps all.
 *
 * Rule: removeLeastRecent in pkg/storage of helm v4.3.1
 */
export function releasesToPrune(releases: readonly Release[], name: string, maxHistory: number): Release[] {
  if (maxHistory <= 0) return [];
  const history = historyOf(releases, name);
  const deployed = deployedRelease(history, name);
  const surplus = Math.max(0, history.length - (maxHistory - 1));
  return history.filter(({ version }) => version !== deployed?.version).slice(0, surplus);
}
