import type { Json, JsonObject } from '@millrace/json';
import { objectsAt } from './tree.ts';

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}

/**
 * The conditions of an object with these set; the transition time moves when the status does. `updateTime` adds the
 * lastUpdateTime that Deployments have.
 */
export function withConditions(
  object: JsonObject,
  wanted: readonly Condition[],
  now: string,
  updateTime = false,
): Json[] {
  const known = objectsAt(object, 'status', 'conditions');
  const kept = known.filter(({ type }) => !wanted.some(each => each.type === type));
  const set = wanted.map(condition => {
    const before = known.find(({ type }) => type === condition.type);
    const same = before?.status === condition.status;
    const unchanged = same && before.reason === condition.reason && before.message === condition.message;
    if (unchanged) return before;
    return {
      ...condition,
      ...(updateTime && { lastUpdateTime: now }),
      lastTransitionTime: same ? before.lastTransitionTime! : now,
    } as JsonObject;
  });
  // Known conditions keep their place, so that rewriting them changes nothing.
  const order = (condition: JsonObject) => known.findIndex(({ type }) => type === condition.type) >>> 0;
  return [...kept, ...set].sort((a, b) => order(a) - order(b));
}

export function isTrue(object: JsonObject, type: string): boolean {
  return objectsAt(object, 'status', 'conditions').some(each => each.type === type && each.status === 'True');
}
