import type { Json, JsonObject } from '@millrace/json';
import { timestamp } from '../../api/api.ts';
import { type Condition, isTrue, withConditions } from '../../api/conditions.ts';
import { matchLabelSelector } from '../../api/label-selector.ts';
import { parseGroupVersion } from '../../api/resource.ts';
import { numberAt, objectAt, textAt, valueAt } from '../../api/tree.ts';
import type { Visit } from '../../control/work-queue.ts';
import { read } from '../../store/entry.ts';
import { controllerOf } from '../world/owners.ts';
import { isActive } from '../world/pod-control.ts';
import { record } from '../world/recorder.ts';
import { Selected } from '../world/selected.ts';
import { countOf } from '../world/surge.ts';
import { keyOf, type World } from '../world/world.ts';

const storage = 'policy/poddisruptionbudgets';
const scaled = ['apps/deployments', 'apps/replicasets', 'apps/statefulsets'];

/**
 * How many Pods may go at once, by what is ready now.
 * https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-budgets
 */
export function simulateDisruptionBudgets(world: World): void {
  const selected = new Selected(storage, budget => valueAt(budget, 'spec', 'selector'));
  world.reconcile(
    storage,
    budget => reconcile(world, budget),
    event =>
      scaled.includes(event.entry.resource)
        ? world.api.store.list(storage, event.entry.namespace).map(keyOf)
        : selected.concerned(world, event),
  );
}

/** How long a Pod that an eviction let go may take until it is deleted, in milliseconds. */
const deletionTimeout = 120_000;

function reconcile(world: World, budget: JsonObject): Visit {
  const selector = valueAt(budget, 'spec', 'selector');
  const pods = world.api.store
    .list('/pods', textAt(budget, 'metadata', 'namespace'))
    .filter(({ labels, terminating }) => !terminating && matchLabelSelector(selector, labels))
    .map(read)
    .filter(isActive);
  const expected = expectedFor(world, budget, pods);
  if (typeof expected === 'string') return failSync(world, budget, expected);
  const now = world.api.now().getTime();
  const disrupted = disruptedIn(budget, pods, now);
  report(world, budget, pods, expected, disrupted);
  const times = Object.values(disrupted).map(time => Date.parse(String(time)));
  return times.length > 0 ? Math.min(...times) + deletionTimeout - now : undefined;
}

/** The Pods that are about to go, as an eviction or a user has noted; those that stay after all count again. */
function disruptedIn(budget: JsonObject, pods: readonly JsonObject[], now: number): JsonObject {
  const names = new Set(pods.map(pod => textAt(pod, 'metadata', 'name')));
  const noted = Object.entries(objectAt(budget, 'status', 'disruptedPods'));
  return Object.fromEntries(
    noted.filter(([name, time]) => names.has(name) && Date.parse(String(time)) + deletionTimeout > now),
  );
}

function report(
  world: World,
  budget: JsonObject,
  pods: readonly JsonObject[],
  expected: number,
  disrupted: JsonObject,
): void {
  const isGoing = (pod: JsonObject) => Object.hasOwn(disrupted, textAt(pod, 'metadata', 'name'));
  const healthy = pods.filter(pod => isTrue(pod, 'Ready') && !isGoing(pod)).length;
  const desired = desiredHealthy(budget, expected);
  const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0;
  const isAllowed = allowed > 0;
  const reason = isAllowed ? 'SufficientPods' : 'InsufficientPods';
  world.report(storage, budget, {
    observedGeneration: objectAt(budget, 'metadata').generation,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    disruptionsAllowed: allowed,
    disruptedPods: Object.keys(disrupted).length > 0 ? disrupted : undefined,
    conditions: conditionsOf(world, budget, isAllowed ? 'True' : 'False', reason, ''),
  });
}

/** A budget that cannot be kept lets nobody go. */
function failSync(world: World, budget: JsonObject, message: string): undefined {
  record(world, budget, { type: 'Warning', reason: 'CalculateExpectedPodCountFailed', message });
  world.report(storage, budget, {
    observedGeneration: objectAt(budget, 'metadata').generation,
    disruptionsAllowed: 0,
    conditions: conditionsOf(world, budget, 'False', 'SyncFailed', message),
  });
}

function conditionsOf(
  world: World,
  budget: JsonObject,
  status: Condition['status'],
  reason: string,
  message: string,
): Json {
  const condition: Condition = { type: 'DisruptionAllowed', status, reason, message };
  const all = withConditions(budget, [condition], timestamp(world.api.now())) as JsonObject[];
  const { generation } = objectAt(budget, 'metadata');
  return all.map(each =>
    each.type === condition.type && generation !== undefined
      ? { ...each, observedGeneration: generation }
      : each,
  );
}

/**
 * How many Pods there should be: as many as there are for a plain number that must stay, else as many as their
 * controllers want, or why that cannot be said.
 */
function expectedFor(world: World, budget: JsonObject, pods: readonly JsonObject[]): number | string {
  const least = valueAt(budget, 'spec', 'minAvailable');
  const most = valueAt(budget, 'spec', 'maxUnavailable');
  if (most === undefined && (least === undefined || typeof least === 'number')) return pods.length;
  if (pods.some(pod => !controllerOf(pod))) warnOfUnmanaged(world, budget);
  const wanted = new Map<string, number>();
  for (const pod of pods) {
    const owner = controllerOf(pod);
    const name = textAt(pod, 'metadata', 'name');
    if (!owner) continue;
    const scale = scaleOf(world, textAt(pod, 'metadata', 'namespace'), owner);
    if (!scale) return `found no controllers for pod ${JSON.stringify(name)}`;
    wanted.set(scale.uid, scale.replicas);
  }
  return [...wanted.values()].reduce((sum, replicas) => sum + replicas, 0);
}

function warnOfUnmanaged(world: World, budget: JsonObject): void {
  const labels = Object.entries(objectAt(budget, 'spec', 'selector', 'matchLabels')).sort();
  const selected = labels.map(([key, value]) => `${key}: ${value},`).join('');
  const selector = `&LabelSelector{MatchLabels:map[string]string{${selected}},MatchExpressions:[]LabelSelectorRequirement{},}`;
  const message = `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
  record(world, budget, { type: 'Warning', reason: 'UnmanagedPods', message });
}

/** Of a ReplicaSet that a Deployment owns, the Deployment's. */
function scaleOf(
  world: World,
  namespace: string,
  owner: JsonObject,
): { readonly uid: string; readonly replicas: number } | undefined {
  const { group, version } = parseGroupVersion(textAt(owner, 'apiVersion'));
  const resource = world.api.registry.findKind(group, version, textAt(owner, 'kind'));
  const object = resource && world.get(resource.storage, namespace, textAt(owner, 'name'));
  if (!object) return undefined;
  const above = controllerOf(object);
  if (above?.kind === 'Deployment') return scaleOf(world, namespace, above);
  const replicas = numberAt(object, 'spec', 'replicas');
  return replicas === undefined ? undefined : { uid: textAt(object, 'metadata', 'uid'), replicas };
}

function desiredHealthy(budget: JsonObject, expected: number): number {
  const least = valueAt(budget, 'spec', 'minAvailable');
  if (least !== undefined) return countOf(least, expected, 'up');
  const most = valueAt(budget, 'spec', 'maxUnavailable');
  return most === undefined ? expected : Math.max(0, expected - countOf(most, expected, 'up'));
}
