import type { JsonObject } from '@millrace/json';
import { isTrue } from '../../api/conditions.ts';
import { objectsAt, textAt } from '../../api/tree.ts';

/** How many of some Pods can be used, and when that may change by time alone. */
export interface Availability {
  readonly ready: number;
  readonly available: number;
  /** Milliseconds until the next ready Pod becomes available. */
  readonly next?: number;
}

/** Whether a Pod is ready, and since when. */
export interface Readiness {
  readonly ready: boolean;
  /** In milliseconds. */
  readonly readySince: number;
}

/** A Pod is available once it has been ready for minReadySeconds. */
export function availability(pods: readonly Readiness[], minReadySeconds: number, now: number): Availability {
  const ready = pods.filter(pod => pod.ready);
  const waits = ready.map(({ readySince }) =>
    minReadySeconds === 0 ? 0 : readySince + minReadySeconds * 1000 - now,
  );
  const pending = waits.filter(wait => wait > 0);
  return {
    ready: ready.length,
    available: ready.length - pending.length,
    ...(pending.length > 0 && { next: Math.min(...pending) }),
  };
}

export function availabilityOf(
  pods: readonly JsonObject[],
  minReadySeconds: number,
  now: number,
): Availability {
  return availability(pods.map(readinessOf), minReadySeconds, now);
}

/** True for a Pod that is ready and has been so for long enough. */
export function isAvailable(pod: JsonObject, minReadySeconds: number, now: number): boolean {
  return availabilityOf([pod], minReadySeconds, now).available === 1;
}

export function readinessOf(pod: JsonObject): Readiness {
  const condition = objectsAt(pod, 'status', 'conditions').find(({ type }) => type === 'Ready');
  return { ready: isTrue(pod, 'Ready'), readySince: Date.parse(textAt(condition, 'lastTransitionTime')) };
}
