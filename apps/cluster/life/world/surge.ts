import type { Json, JsonObject } from '@millrace/json';
import { numberAt, objectAt, textAt } from '../../api/tree.ts';

/** A number of Pods, given as such or as a percentage of a whole. */
export function countOf(value: Json | undefined, whole: number, round: 'up' | 'down'): number {
  if (typeof value !== 'string' || !value.endsWith('%')) return Number(value ?? 0);
  const part = (Number.parseInt(value, 10) * whole) / 100;
  return round === 'up' ? Math.ceil(part) : Math.floor(part);
}

/** maxSurge and maxUnavailable in Pods: a percentage is rounded up for the first and down for the second. */
export function bounds(deployment: JsonObject): { maxSurge: number; maxUnavailable: number } {
  const wanted = numberAt(deployment, 'spec', 'replicas') ?? 1;
  // Nothing of a Deployment that is recreated may run beside the old Pods, and none must stay.
  if (textAt(deployment, 'spec', 'strategy', 'type') === 'Recreate')
    return { maxSurge: 0, maxUnavailable: 0 };
  const rolling = objectAt(deployment, 'spec', 'strategy', 'rollingUpdate');
  const maxSurge = countOf(rolling.maxSurge, wanted, 'up');
  const maxUnavailable = countOf(rolling.maxUnavailable, wanted, 'down');
  // Both zero would never move.
  return {
    maxSurge,
    maxUnavailable: Math.min(wanted, maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable),
  };
}
