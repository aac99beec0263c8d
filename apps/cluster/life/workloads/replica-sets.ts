import type { JsonObject } from '@millrace/json';
import { timestamp } from '../../api/api.ts';
import { isTrue, withConditions } from '../../api/conditions.ts';
import type { ApiError } from '../../api/status.ts';
import { numberAt, objectAt, objectsAt, textAt } from '../../api/tree.ts';
import type { Visit } from '../../control/work-queue.ts';
import { read } from '../../store/entry.ts';
import { Adoption } from '../world/adoption.ts';
import { availability } from '../world/availability.ts';
import { byController } from '../world/owners.ts';
import { burst, createPod, deletePod, isTerminating, podFrom } from '../world/pod-control.ts';
import { podFacts } from '../world/pod-facts.ts';
import type { World } from '../world/world.ts';

/** Keep as many Pods as each ReplicaSet asks for, and each of the ReplicationControllers that came before them. */
export function simulateReplicaSets(world: World): void {
  keep(world, 'apps/replicasets', 'ReplicaSet', 'replicaset-controller');
  keep(world, '/replicationcontrollers', 'ReplicationController', 'replication-controller');
}

function keep(world: World, storage: string, kind: string, component: string): void {
  const controller = world.as(component);
  const adoption = new Adoption(world, '/pods', storage);
  const ofPods = byController('/pods', kind);
  world.reconcile(
    storage,
    set => {
      adoption.settle(controller, set);
      return reconcile(controller, storage, set);
    },
    event => [...ofPods(event), ...adoption.concerned(event)],
  );
}

function reconcile(controller: World, storage: string, set: JsonObject): Visit {
  const refusal = isTerminating(set) ? undefined : manage(controller, set);
  const pods = controller.ownedEntries('/pods', set);
  const active = pods.map(podFacts).filter(pod => pod.active);
  const minReadySeconds = numberAt(set, 'spec', 'minReadySeconds') ?? 0;
  const { ready, available, next } = availability(active, minReadySeconds, controller.api.now().getTime());
  controller.report(storage, set, {
    replicas: active.length,
    fullyLabeledReplicas: active.length || undefined,
    readyReplicas: ready || undefined,
    availableReplicas: available || undefined,
    terminatingReplicas: pods.filter(pod => pod.terminating).length,
    observedGeneration: objectAt(set, 'metadata').generation,
    conditions: conditionsOf(controller, set, refusal),
  });
  return refusal ? 'retry' : next;
}

/** Answers with why a Pod was refused; the rest are not asked for then, and the queue brings the ReplicaSet back. */
function manage(controller: World, set: JsonObject): ApiError | undefined {
  const active = controller.ownedEntries('/pods', set).filter(entry => podFacts(entry).active);
  const wanted = numberAt(set, 'spec', 'replicas') ?? 1;
  if (active.length > wanted) {
    const dispensable = active.map(read).sort(dispensableFirst);
    const tooMany = Math.min(burst, active.length - wanted);
    for (const pod of dispensable.slice(0, tooMany)) deletePod(controller, set, pod);
  }
  for (let i = active.length; i < Math.min(wanted, active.length + burst); i++) {
    const refusal = createPod(controller, set, podFrom(set));
    if (refusal) return refusal;
  }
  return undefined;
}

/**
 * A refusal shows as long as it lasts, in the words of its first time: each Pod that is tried has another name, and a
 * status that changed would bring the controller back at once.
 */
function conditionsOf(controller: World, set: JsonObject, refusal: ApiError | undefined) {
  const known = objectsAt(set, 'status', 'conditions');
  const kept = known.filter(({ type }) => type !== 'ReplicaFailure');
  if (!refusal) return kept.length > 0 ? kept : undefined;
  if (kept.length < known.length) return known;
  const type = 'ReplicaFailure';
  const condition = { type, status: 'True', reason: 'FailedCreate', message: refusal.message } as const;
  return withConditions(set, [condition], timestamp(controller.api.now()));
}

const cost = 'controller.kubernetes.io/pod-deletion-cost';

/** https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset */
function dispensableFirst(a: JsonObject, b: JsonObject): number {
  const ranks: ((pod: JsonObject) => number)[] = [
    pod => Number(textAt(pod, 'spec', 'nodeName') !== ''),
    pod => Number(textAt(pod, 'status', 'phase') === 'Running'),
    pod => Number(isTrue(pod, 'Ready')),
    pod => Number(textAt(pod, 'metadata', 'annotations', cost)) || 0,
    pod => -restartsOf(pod),
    pod => -Date.parse(textAt(pod, 'metadata', 'creationTimestamp')),
  ];
  for (const rank of ranks) {
    const difference = rank(a) - rank(b);
    if (difference !== 0) return difference;
  }
  return 0;
}

function restartsOf(pod: JsonObject): number {
  return Math.max(
    0,
    ...objectsAt(pod, 'status', 'containerStatuses').map(status => numberAt(status, 'restartCount') ?? 0),
  );
}
