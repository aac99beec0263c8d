import type { JsonObject } from '@millrace/json';
import { timestamp } from '../api/api.ts';
import { type Condition, isTrue, withConditions } from '../api/conditions.ts';
import { matchLabelSelector } from '../api/label-selector.ts';
import { objectAt, textAt, valueAt } from '../api/tree.ts';
import { read } from '../store/entry.ts';
import { isActive } from './pod-control.ts';
import { Selected } from './selected.ts';
import type { World } from './world.ts';

const storage = 'policy/poddisruptionbudgets';

/** How many Pods may go at once, by what is ready now. */
export function simulateDisruptionBudgets(world: World): void {
  const selected = new Selected(storage, budget => valueAt(budget, 'spec', 'selector'));
  world.reconcile(
    storage,
    budget => reconcile(world, budget),
    event => selected.concerned(world, event),
  );
}

function reconcile(world: World, budget: JsonObject): void {
  const selector = valueAt(budget, 'spec', 'selector');
  const pods = world.api.store
    .list('/pods', textAt(budget, 'metadata', 'namespace'))
    .filter(({ labels, terminating }) => !terminating && matchLabelSelector(selector, labels))
    .map(read)
    .filter(isActive);
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
