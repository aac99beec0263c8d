import type { JsonObject } from '@millrace/json';
import { childOf, numberAt, textAt } from '../api/tree.ts';
import { record } from './recorder.ts';
import { bounds } from './surge.ts';
import type { World } from './world.ts';

const replicaSets = 'apps/replicasets';

/**
 * Move replicas from the old ReplicaSets to the current one, within maxSurge and maxUnavailable.
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
 */
export function rollOut(
  world: World,
  deployment: JsonObject,
  current: JsonObject,
  old: readonly JsonObject[],
  paused: boolean,
): void {
  const wanted = numberAt(deployment, 'spec', 'replicas') ?? 1;
  const busy = old.filter(set => specOf(set) > 0 || (numberAt(set, 'status', 'replicas') ?? 0) > 0);
  if (paused || busy.length === 0) {
    // A paused rollout still scales what runs.
    if (busy.length === 0) scale(world, deployment, current, wanted);
    return;
  }
  if (textAt(deployment, 'spec', 'strategy', 'type') === 'Recreate') {
    for (const set of busy) scale(world, deployment, set, 0);
    return;
  }
  roll(world, deployment, current, busy, wanted);
}

function roll(
  world: World,
  deployment: JsonObject,
  current: JsonObject,
  busy: readonly JsonObject[],
  wanted: number,
): void {
  const { maxSurge, maxUnavailable } = bounds(deployment);
  const oldTotal = busy.reduce((sum, set) => sum + specOf(set), 0);
  const room = Math.max(0, wanted + maxSurge - oldTotal - specOf(current));
  const grown = Math.min(wanted, specOf(current) + room);
  scale(world, deployment, current, specOf(current) > wanted ? wanted : grown);
  const available = [current, ...busy].reduce(
    (sum, set) => sum + (numberAt(set, 'status', 'availableReplicas') ?? 0),
    0,
  );
  let spare = available - (wanted - maxUnavailable);
  for (const set of busy) {
    // Old Pods that are not available serve nobody and go without counting.
    const broken = specOf(set) - (numberAt(set, 'status', 'availableReplicas') ?? 0);
    const healthy = specOf(set) - broken;
    const removed = Math.min(healthy, Math.max(0, spare));
    spare -= removed;
    scale(world, deployment, set, specOf(set) - Math.max(0, broken) - removed);
  }
}

function specOf(set: JsonObject): number {
  return numberAt(set, 'spec', 'replicas') ?? 0;
}

function scale(world: World, deployment: JsonObject, set: JsonObject, replicas: number): void {
  const before = specOf(set);
  if (before === replicas) return;
  const direction = before < replicas ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${textAt(set, 'metadata', 'name')} from ${before} to ${Math.max(0, replicas)}`;
  record(world.as('deployment-controller'), deployment, {
    type: 'Normal',
    reason: 'ScalingReplicaSet',
    message,
  });
  world.change(replicaSets, set, current => {
    childOf(current, 'spec').replicas = Math.max(0, replicas);
    return current;
  });
}
