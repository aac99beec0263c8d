import type { JsonObject } from '@millrace/json';
import { numberAt, objectAt, textAt } from '../api/tree.ts';

/** maxSurge and maxUnavailable in Pods: a percentage is rounded up for the first and down for the second. */
export function bounds(deployment: JsonObject): { maxSurge: number; maxUnavailable: number } {
  const wanted = numberAt(deployment, 'spec', 'replicas') ?? 1;
  if (textAt(deployment, 'spec', 'strategy', 'type') === 'Recreate')
    return { maxSurge: 0, maxUnavailable: wanted };
  const rolling = objectAt(deployment, 'spec', 'strategy', 'rollingUpdate');
  const resolve = (value: unknown, round: (n: number) => number) =>
    typeof value === 'string' && value.endsWith('%')
      ? round((Number.parseInt(value, 10) * wanted) / 100)
      : Number(value ?? 0);
  const maxSurge = resolve(rolling.maxSurge, Math.ceil);
  const maxUnavailable = resolve(rolling.maxUnavailable, Math.floor);
  // Both zero would never move.
  return {
    maxSurge,
    maxUnavailable: Math.min(wanted, maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable),
  };
}
