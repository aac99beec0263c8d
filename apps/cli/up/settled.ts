import { helmRelease, type Kustomization, kustomization, parseDuration } from '@millrace/api';
import { type Standing, type Standings, sourceKeyOf } from './standings.ts';

/** Events come a little after what they tell of. */
const quiet = 300;

/** A repository that could not be reached once may be there at the next try. */
const sourcePatience = 1500;

/** A failure that is tried again within this time is waited for, where something has changed since. */
const retryPatience = 20_000;

/** Nothing has changed for so long: whatever else it was that somebody waits for does not come. */
const hopeless = 5000;

/** The same where it has come: who waits for it is about to go on, however busy the machine is. */
const busy = 30_000;

/** Reasons of those that wait for another object, and are woken when that is there. */
const waiting = ['SourceNotReady', 'NoSourceArtifact', 'DependencyNotReady'];

export type Settled = 'ready' | 'failed' | undefined;

/**
 * Whether the fleet has come to an end: everything is ready, or nothing more can come, because whatever is not ready
 * has failed for its current spec and revision after the last thing happened that could help it.
 * @param changedAt when anything was last seen to change
 */
export function settled(all: Standings, request: string, changedAt: number, now: number): Settled {
  if (all.size === 0 || all.count('working') > 0) return undefined;
  const failed = all.of('failed');
  if (failed.length === 0) {
    if (all.handled < request) return undefined;
    return all.count('lacking') === 0 ? 'ready' : now - changedAt > quiet ? 'failed' : undefined;
  }
  const goesOn = failed.some(standing => isAboutToGoOn(standing, all));
  if (now - changedAt > (goesOn ? busy : hopeless)) return 'failed';
  if (now - changedAt < quiet) return undefined;
  return failed.every(standing => isFinal(standing, all, now)) ? 'failed' : undefined;
}

/** What it waits for is there. */
function isAboutToGoOn({ kind, key, reason }: Standing, all: Standings): boolean {
  const hr = kind === helmRelease.kind ? all.getRelease(key) : undefined;
  if (!hr || reason !== 'SourceNotReady') return false;
  const { chartRef } = hr.spec;
  const [source, of] = chartRef
    ? [chartRef.kind, `${chartRef.namespace ?? hr.metadata.namespace}/${chartRef.name}`]
    : ['HelmChart', hr.status?.helmChart ?? ''];
  return all.get(source, of)?.state === 'ready';
}

function isFinal(standing: Standing, all: Standings, now: number): boolean {
  if (standing.kind !== kustomization.kind) {
    const isWoken = waiting.includes(standing.reason) && standing.failedAt < all.progressAt;
    return !isWoken && now - standing.failedAt > sourcePatience;
  }
  const ks = all.getKustomization(standing.key);
  if (!ks) return true;
  switch (standing.reason) {
    case 'DependencyNotReady':
      return waitsInVain(ks, all);
    case 'ArtifactFailed':
      return !all.getSource(sourceKeyOf(ks))?.status?.artifact || standing.failedAt >= all.progressAt;
    default:
      return standing.failedAt >= all.progressAt || retryOf(ks) > retryPatience;
  }
}

/** What it depends on has failed, or is not there; since nothing works any more, that does not change. */
function waitsInVain(ks: Kustomization, all: Standings): boolean {
  const keys = (ks.spec.dependsOn ?? []).map(
    ({ name, namespace = ks.metadata.namespace }) => `${namespace}/${name}`,
  );
  return keys.some(key => all.get('Kustomization', key)?.state !== 'ready');
}

function retryOf({ spec }: Kustomization): number {
  try {
    return parseDuration(spec.retryInterval ?? spec.interval);
  } catch {
    return Number.POSITIVE_INFINITY; // it has failed for that, and is not tried again
  }
}
