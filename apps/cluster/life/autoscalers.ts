import type { JsonObject } from '@millrace/json';
import { timestamp } from '../api/api.ts';
import { type Condition, withConditions } from '../api/conditions.ts';
import { parseGroupVersion } from '../api/resource.ts';
import { qualified } from '../api/status.ts';
import { childOf, numberAt, objectAt, objectsAt, textAt } from '../api/tree.ts';
import { type Entry, read } from '../store/entry.ts';
import { record } from './recorder.ts';
import { keyOf, type World } from './world.ts';

const storage = 'autoscaling/horizontalpodautoscalers';
const scaled = ['apps/deployments', 'apps/statefulsets', 'apps/replicasets'];

/** Load never changes here, so an autoscaler keeps what runs within its bounds and reports that. */
export function simulateAutoscalers(world: World): void {
  const targets = new WeakMap<Entry, string>();
  const targetOf = (entry: Entry) => {
    const known = targets.get(entry) ?? textAt(read(entry), 'spec', 'scaleTargetRef', 'name');
    targets.set(entry, known);
    return known;
  };
  world.reconcile(
    storage,
    scaler => reconcile(world, scaler),
    ({ entry }) =>
      scaled.includes(entry.resource)
        ? world.api.store
            .list(storage, entry.namespace)
            .filter(scaler => targetOf(scaler) === entry.name)
            .map(keyOf)
        : [],
  );
}

function reconcile(world: World, scaler: JsonObject): void {
  const reference = objectAt(scaler, 'spec', 'scaleTargetRef');
  const { group, version } = parseGroupVersion(textAt(reference, 'apiVersion'));
  const resource = world.api.registry.findKind(group, version, textAt(reference, 'kind'));
  const namespace = textAt(scaler, 'metadata', 'namespace');
  const name = textAt(reference, 'name');
  const target = resource && world.get(resource.storage, namespace, name);
  const now = timestamp(world.api.now());
  if (!resource || !target) {
    const what = resource ? qualified(resource) : textAt(reference, 'kind');
    const why = `${what} ${JSON.stringify(name)} not found`;
    record(world, scaler, { type: 'Warning', reason: 'FailedGetScale', message: why });
    world.report(storage, scaler, { conditions: withConditions(scaler, [unreachable(why)], now) });
    return;
  }
  const current = numberAt(target, 'spec', 'replicas') ?? 1;
  const desired = desiredFor(scaler, current);
  if (desired !== current) rescale(world, scaler, resource.storage, target, current, desired);
  world.report(storage, scaler, {
    observedGeneration: objectAt(scaler, 'metadata').generation,
    currentReplicas: numberAt(target, 'status', 'replicas') ?? 0,
    desiredReplicas: desired,
    currentMetrics: current === 0 ? undefined : metricsOf(scaler),
    conditions: withConditions(scaler, conditionsFor(current, desired, scaler), now),
    ...(desired !== current && { lastScaleTime: now }),
  });
}

/** Zero replicas switch an autoscaler off. */
function desiredFor(scaler: JsonObject, current: number): number {
  if (current === 0) return 0;
  const least = numberAt(scaler, 'spec', 'minReplicas') ?? 1;
  return Math.min(Math.max(current, least), numberAt(scaler, 'spec', 'maxReplicas') ?? current);
}

function rescale(
  world: World,
  scaler: JsonObject,
  of: string,
  target: JsonObject,
  current: number,
  desired: number,
): void {
  const bound = current > desired ? 'above Spec.MaxReplicas' : 'below Spec.MinReplicas';
  const message = `New size: ${desired}; reason: Current number of replicas ${bound}`;
  record(world, scaler, { type: 'Normal', reason: 'SuccessfulRescale', message });
  world.change(of, target, object => {
    childOf(object, 'spec').replicas = desired;
    return object;
  });
}

/** What is measured is what is wanted: then nothing needs to be scaled. */
function metricsOf(scaler: JsonObject): JsonObject[] {
  return objectsAt(scaler, 'spec', 'metrics').flatMap(metric => {
    const name = textAt(metric, 'resource', 'name');
    const averageUtilization = numberAt(metric, 'resource', 'target', 'averageUtilization');
    if (metric.type !== 'Resource' || averageUtilization === undefined) return [];
    return [{ type: 'Resource', resource: { name, current: { averageUtilization } } }];
  });
}

function unreachable(why: string): Condition {
  const message = `the HPA controller was unable to get the target's current scale: ${why}`;
  return { type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message };
}

function conditionsFor(current: number, desired: number, scaler: JsonObject): Condition[] {
  if (current === 0) {
    const message = 'scaling is disabled since the replica count of the target is zero';
    return [
      {
        type: 'AbleToScale',
        status: 'True',
        reason: 'SucceededGetScale',
        message: "the HPA controller was able to get the target's current scale",
      },
      { type: 'ScalingActive', status: 'False', reason: 'ScalingDisabled', message },
    ];
  }
  const [metric] = objectsAt(scaler, 'spec', 'metrics');
  const what = `${textAt(metric, 'resource', 'name') || 'cpu'} resource utilization (percentage of request)`;
  return [
    desired === current
      ? {
          type: 'AbleToScale',
          status: 'True',
          reason: 'ReadyForNewScale',
          message: 'recommended size matches current size',
        }
      : {
          type: 'AbleToScale',
          status: 'True',
          reason: 'SucceededRescale',
          message: `the HPA controller was able to update the target scale to ${desired}`,
        },
    {
      type: 'ScalingActive',
      status: 'True',
      reason: 'ValidMetricFound',
      message: `the HPA was able to successfully calculate a replica count from ${what}`,
    },
    {
      type: 'ScalingLimited',
      status: 'False',
      reason: 'DesiredWithinRange',
      message: 'the desired count is within the acceptable range',
    },
  ];
}
