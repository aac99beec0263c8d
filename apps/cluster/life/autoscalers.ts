import type { JsonObject } from '@millrace/json';
import { timestamp } from '../api/api.ts';
import { type Condition, withConditions } from '../api/conditions.ts';
import { parseGroupVersion } from '../api/resource.ts';
import { childOf, numberAt, objectAt, textAt } from '../api/tree.ts';
import { keyOf, type World } from './world.ts';

const storage = 'autoscaling/horizontalpodautoscalers';
const scaled = ['apps/deployments', 'apps/statefulsets', 'apps/replicasets'];

/** Load never changes here, so an autoscaler keeps what runs within its bounds and reports that. */
export function simulateAutoscalers(world: World): void {
  world.reconcile(
    storage,
    scaler => reconcile(world, scaler),
    ({ entry }) =>
      scaled.includes(entry.resource) ? world.api.store.list(storage, entry.namespace).map(keyOf) : [],
  );
}

function reconcile(world: World, scaler: JsonObject): void {
  const reference = objectAt(scaler, 'spec', 'scaleTargetRef');
  const { group, version } = parseGroupVersion(textAt(reference, 'apiVersion'));
  const resource = world.api.registry.findKind(group, version, textAt(reference, 'kind'));
  const namespace = textAt(scaler, 'metadata', 'namespace');
  const target = resource && world.get(resource.storage, namespace, textAt(reference, 'name'));
  const current = numberAt(target, 'spec', 'replicas') ?? 0;
  const least = numberAt(scaler, 'spec', 'minReplicas') ?? 1;
  const desired = Math.min(Math.max(current, least), numberAt(scaler, 'spec', 'maxReplicas') ?? current);
  // Zero replicas switch an autoscaler off.
  if (resource && target && current > 0 && desired !== current) {
    world.change(resource.storage, target, object => {
      childOf(object, 'spec').replicas = desired;
      return object;
    });
  }
  const conditions = target ? active : missing(`${textAt(reference, 'kind')} ${textAt(reference, 'name')}`);
  world.report(storage, scaler, {
    currentReplicas: current,
    desiredReplicas: target ? desired : 0,
    conditions: withConditions(scaler, conditions, timestamp(world.api.now())),
  });
}

const active: readonly Condition[] = [
  {
    type: 'AbleToScale',
    status: 'True',
    reason: 'ReadyForNewScale',
    message: 'recommended size matches current size',
  },
  {
    type: 'ScalingActive',
    status: 'True',
    reason: 'ValidMetricFound',
    message: 'the HPA was able to successfully calculate a replica count',
  },
  {
    type: 'ScalingLimited',
    status: 'False',
    reason: 'DesiredWithinRange',
    message: 'the desired count is within the acceptable range',
  },
];

function missing(target: string): Condition[] {
  const message = `the target ${target} does not exist`;
  return [
    { type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message },
    { type: 'ScalingActive', status: 'False', reason: 'FailedGetScale', message },
  ];
}
