import type { JsonObject } from '@millrace/json';
import { timestamp } from '../../api/api.ts';
import { type Condition, withConditions } from '../../api/conditions.ts';
import { parseGroupVersion } from '../../api/resource.ts';
import { qualified } from '../../api/status.ts';
import { numberAt, objectAt, textAt } from '../../api/tree.ts';
import { type Entry, read } from '../../store/entry.ts';
import { record } from '../world/recorder.ts';
import { keyOf, type World } from '../world/world.ts';
import { measureName, measuresOf } from './measures.ts';

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
    ({ type, entry, previous }) => {
      // One that comes or goes may stand in the way of others.
      const isOther = entry.resource === storage && (type === 'DELETED' || !previous);
      const all = world.api.store.list(storage, entry.namespace);
      if (isOther) return all.map(keyOf);
      if (!scaled.includes(entry.resource)) return [];
      return all.filter(scaler => targetOf(scaler) === entry.name).map(keyOf);
    },
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
    const why = resource
      ? `${qualified(resource)} ${JSON.stringify(name)} not found`
      : `no matches for kind ${JSON.stringify(textAt(reference, 'kind'))} in group ${JSON.stringify(group)}`;
    record(world, scaler, { type: 'Warning', reason: 'FailedGetScale', message: why });
    world.report(storage, scaler, { conditions: withConditions(scaler, [unreachable(why)], now) });
    return;
  }
  const rivals = rivalsOf(world, scaler);
  if (rivals.length > 0) {
    refuse(world, scaler, target, rivals);
    return;
  }
  const current = numberAt(target, 'spec', 'replicas') ?? 1;
  const desired = desiredFor(scaler, current);
  if (desired !== current) rescale(world, scaler, resource.storage, target, current, desired);
  world.report(storage, scaler, {
    observedGeneration: objectAt(scaler, 'metadata').generation,
    currentReplicas: numberAt(target, 'status', 'replicas') ?? 0,
    desiredReplicas: desired,
    currentMetrics: current === 0 ? undefined : measuresOf(scaler),
    conditions: withConditions(scaler, conditionsFor(current, desired, scaler), now),
    ...(desired !== current && { lastScaleTime: now }),
  });
}

/** The other autoscalers of the same target: none of them acts then. */
function rivalsOf(world: World, scaler: JsonObject): JsonObject[] {
  const place = (object: JsonObject) => {
    const { kind, name } = objectAt(object, 'spec', 'scaleTargetRef');
    return `${kind}/${name}`;
  };
  const uid = textAt(scaler, 'metadata', 'uid');
  return world
    .list(storage, textAt(scaler, 'metadata', 'namespace'))
    .filter(other => textAt(other, 'metadata', 'uid') !== uid && place(other) === place(scaler));
}

function refuse(world: World, scaler: JsonObject, target: JsonObject, rivals: readonly JsonObject[]): void {
  const labels = Object.entries(objectAt(target, 'spec', 'selector', 'matchLabels')).sort();
  const selector = labels.map(([key, value]) => `${key}=${value}`).join(',');
  const names = [scaler, ...rivals].map(
    each => `${textAt(each, 'metadata', 'namespace')}/${textAt(each, 'metadata', 'name')}`,
  );
  const message = `pods by selector ${selector} are controlled by multiple HPAs: [${names.join(' ')}]`;
  record(world, scaler, { type: 'Warning', reason: 'AmbiguousSelector', message });
  record(world, scaler, { type: 'Warning', reason: 'FailedComputeMetricsReplicas', message });
  const conditions: Condition[] = [
    reachable,
    { type: 'ScalingActive', status: 'False', reason: 'AmbiguousSelector', message },
  ];
  world.report(storage, scaler, {
    observedGeneration: objectAt(scaler, 'metadata').generation,
    currentReplicas: numberAt(target, 'status', 'replicas') ?? 0,
    desiredReplicas: 0,
    conditions: withConditions(scaler, conditions, timestamp(world.api.now())),
  });
}

const reachable: Condition = {
  type: 'AbleToScale',
  status: 'True',
  reason: 'SucceededGetScale',
  message: "the HPA controller was able to get the target's current scale",
};

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
  if (!world.scale(of, target, desired)) return;
  const bound = current > desired ? 'above Spec.MaxReplicas' : 'below Spec.MinReplicas';
  const message = `New size: ${desired}; reason: Current number of replicas ${bound}`;
  record(world, scaler, { type: 'Normal', reason: 'SuccessfulRescale', message });
}

function unreachable(why: string): Condition {
  const message = `the HPA controller was unable to get the target's current scale: ${why}`;
  return { type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message };
}

function conditionsFor(current: number, desired: number, scaler: JsonObject): Condition[] {
  if (current === 0) {
    const message = 'scaling is disabled since the replica count of the target is zero';
    return [reachable, { type: 'ScalingActive', status: 'False', reason: 'ScalingDisabled', message }];
  }
  const what = measureName(scaler);
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
