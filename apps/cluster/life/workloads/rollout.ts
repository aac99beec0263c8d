import type { JsonObject } from '@millrace/json';
import { numberAt, textAt } from '../../api/tree.ts';
import { bounds } from '../world/surge.ts';
import { sizeMarks } from './revisions.ts';

/** What a ReplicaSet is to be scaled to. */
export interface Scaling {
  readonly set: JsonObject;
  readonly replicas: number;
}

export function replicasOf(set: JsonObject): number {
  return numberAt(set, 'spec', 'replicas') ?? 0;
}

function availableOf(set: JsonObject): number {
  return numberAt(set, 'status', 'availableReplicas') ?? 0;
}

export function wantedOf(deployment: JsonObject): number {
  return numberAt(deployment, 'spec', 'replicas') ?? 1;
}

function sum(sets: readonly JsonObject[], of: (set: JsonObject) => number): number {
  return sets.reduce((total, set) => total + of(set), 0);
}

function bornAt(set: JsonObject): number {
  return Date.parse(textAt(set, 'metadata', 'creationTimestamp'));
}

/** How many replicas the current ReplicaSet is to have now: the rest of what maxSurge leaves. */
export function currentReplicas(deployment: JsonObject, current: number, old: readonly JsonObject[]): number {
  const wanted = wantedOf(deployment);
  if (textAt(deployment, 'spec', 'strategy', 'type') === 'Recreate' || current > wanted) return wanted;
  const room = wanted + bounds(deployment).maxSurge - sum(old, replicasOf) - current;
  return Math.min(wanted, current + Math.max(0, room));
}

/**
 * How far the old ReplicaSets can go down: their Pods that serve nobody first, then as many of the others as may be
 * unavailable; Pods of the current one that are not available yet count against it.
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
 */
export function shrinkOld(
  deployment: JsonObject,
  current: JsonObject,
  old: readonly JsonObject[],
): Scaling[] {
  const least = wantedOf(deployment) - bounds(deployment).maxUnavailable;
  const all = [current, ...old];
  const starting = replicasOf(current) - availableOf(current);
  const room = sum(all, replicasOf) - least - starting;
  if (room <= 0) return [];
  const oldestFirst = [...old].sort((a, b) => bornAt(a) - bornAt(b));
  const left = new Map(oldestFirst.map(set => [set, replicasOf(set)]));
  let broken = room;
  for (const set of oldestFirst) {
    const removed = Math.min(broken, Math.max(0, replicasOf(set) - availableOf(set)));
    broken -= removed;
    left.set(set, replicasOf(set) - removed);
  }
  let spare = Math.max(0, sum(all, availableOf) - least);
  for (const set of oldestFirst) {
    const removed = Math.min(spare, left.get(set)!);
    spare -= removed;
    left.set(set, left.get(set)! - removed);
  }
  return [...left].map(([set, replicas]) => ({ set, replicas }));
}

/** True when the Deployment was scaled since its ReplicaSets were. */
export function isScaled(deployment: JsonObject, sets: readonly JsonObject[]): boolean {
  return sets.some(set => {
    const { desired } = sizeMarks(set);
    return replicasOf(set) > 0 && desired !== undefined && desired !== wantedOf(deployment);
  });
}

/**
 * Spread a new size of the Deployment over its ReplicaSets in proportion, for one that is scaled while it rolls out or
 * rests in the middle of it.
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#proportional-scaling
 */
export function spread(
  deployment: JsonObject,
  current: JsonObject | undefined,
  old: readonly JsonObject[],
): Scaling[] {
  const wanted = wantedOf(deployment);
  const active = [...(current ? [current] : []), ...old].filter(set => replicasOf(set) > 0);
  const newest = current ?? [...old].sort((a, b) => bornAt(b) - bornAt(a))[0];
  if (active.length <= 1) {
    const only = active[0] ?? newest;
    return only ? [{ set: only, replicas: wanted }] : [];
  }
  if (current && isSaturated(current))
    return active.filter(set => set !== current).map(set => ({ set, replicas: 0 }));
  if (textAt(deployment, 'spec', 'strategy', 'type') === 'Recreate') return [];
  return shares(deployment, active);
}

function isSaturated(set: JsonObject): boolean {
  const { desired } = sizeMarks(set);
  return replicasOf(set) === desired && availableOf(set) === desired;
}

function shares(deployment: JsonObject, active: readonly JsonObject[]): Scaling[] {
  const wanted = wantedOf(deployment);
  const most = wanted > 0 ? wanted + bounds(deployment).maxSurge : 0;
  const missing = most - sum(active, replicasOf);
  const bySize = (a: JsonObject, b: JsonObject) => replicasOf(b) - replicasOf(a);
  // The larger ones first; among equals the newer grow first and the older shrink first.
  const byAge = (a: JsonObject, b: JsonObject) =>
    missing > 0 ? bornAt(b) - bornAt(a) : bornAt(a) - bornAt(b);
  const sorted = [...active].sort((a, b) => bySize(a, b) || byAge(a, b));
  let given = 0;
  const scalings = sorted.map(set => {
    const before = sizeMarks(set).most ?? numberAt(deployment, 'status', 'replicas') ?? most;
    const share =
      wanted === 0
        ? -replicasOf(set)
        : Math.round((replicasOf(set) * most) / (before || 1)) - replicasOf(set);
    const left = missing - given;
    const change = missing > 0 ? Math.min(Math.max(share, 0), left) : Math.max(Math.min(share, 0), left);
    given += change;
    return { set, replicas: replicasOf(set) + change };
  });
  const [first, ...rest] = scalings;
  if (!first) return [];
  return [{ set: first.set, replicas: Math.max(0, first.replicas + missing - given) }, ...rest];
}
