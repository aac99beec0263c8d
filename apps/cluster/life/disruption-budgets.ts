import type { JsonObject } from '@millrace/json';
import { timestamp } from '../api/api.ts';
import { type Condition, isTrue, withConditions } from '../api/conditions.ts';
import { type Labels, matchLabelSelector } from '../api/label-selector.ts';
import { objectAt, textAt, valueAt } from '../api/tree.ts';
import { keyOf, type World } from './world.ts';

const storage = 'policy/poddisruptionbudgets';

/** How many Pods may go at once, by what is ready now. */
export function simulateDisruptionBudgets(world: World): void {
  world.reconcile(
    storage,
    budget => reconcile(world, budget),
    ({ entry }) =>
      entry.resource === '/pods' ? world.api.store.list(storage, entry.namespace).map(keyOf) : [],
  );
}

function reconcile(world: World, budget: JsonObject): void {
  const selector = valueAt(budget, 'spec', 'selector');
  const pods = world
    .list('/pods', textAt(budget, 'metadata', 'namespace'))
    .filter(pod => matchLabelSelector(selector, objectAt(pod, 'metadata', 'labels') as Labels));
  const healthy = pods.filter(pod => isTrue(pod, 'Ready')).length;
  const desired = desiredHealthy(budget, pods.length);
  const allowed = Math.max(0, healthy - desired);
  const condition: Condition = {
    type: 'DisruptionAllowed',
    status: allowed > 0 ? 'True' : 'False',
    reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
  };
  world.report(storage, budget, {
    observedGeneration: objectAt(budget, 'metadata').generation,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: pods.length,
    disruptionsAllowed: allowed,
    conditions: withConditions(budget, [condition], timestamp(world.api.now())),
  });
}

function desiredHealthy(budget: JsonObject, expected: number): number {
  const resolve = (value: unknown) =>
    typeof value === 'string' && value.endsWith('%')
      ? Math.ceil((Number.parseInt(value, 10) * expected) / 100)
      : Number(value);
  const least = valueAt(budget, 'spec', 'minAvailable');
  if (least !== undefined) return resolve(least);
  const most = valueAt(budget, 'spec', 'maxUnavailable');
  return most === undefined ? expected : Math.max(0, expected - resolve(most));
}
