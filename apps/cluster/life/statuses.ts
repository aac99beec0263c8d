import type { JsonObject } from '@millrace/json';
import { timestamp } from '../api/api.ts';
import { type Labels, matchLabelSelector } from '../api/label-selector.ts';
import { parseGroupVersion } from '../api/resource.ts';
import { numberAt, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { isTrue, withConditions } from './conditions.ts';
import { nodeAddress } from './nodes.ts';
import type { World } from './world.ts';

/** Kinds that need no more life than a status that says that all is well. */
export function simulateStatuses(world: World): void {
  simulateIngresses(world.as('ingress-controller'));
  simulateAutoscalers(world);
  simulateDisruptionBudgets(world);
  simulateApiServices(world.as('kube-apiserver'));
}

function simulateIngresses(world: World): void {
  const storage = 'networking.k8s.io/ingresses';
  world.reconcile(storage, ingress => {
    if (objectsAt(ingress, 'status', 'loadBalancer', 'ingress').length > 0) return;
    world.report(storage, ingress, { loadBalancer: { ingress: [{ ip: nodeAddress }] } });
  });
}

/** Load never changes here, so an autoscaler keeps what runs within its bounds and reports that. */
function simulateAutoscalers(world: World): void {
  const storage = 'autoscaling/horizontalpodautoscalers';
  world.reconcile(storage, scaler => {
    const reference = objectAt(scaler, 'spec', 'scaleTargetRef');
    const { group, version } = parseGroupVersion(textAt(reference, 'apiVersion'));
    const resource = world.api.registry.findKind(group, version, textAt(reference, 'kind'));
    const target =
      resource &&
      world.get(resource.storage, textAt(scaler, 'metadata', 'namespace'), textAt(reference, 'name'));
    const current = numberAt(target, 'spec', 'replicas') ?? 0;
    const ok = target !== undefined;
    const least = numberAt(scaler, 'spec', 'minReplicas') ?? 1;
    const desired = Math.min(Math.max(current, least), numberAt(scaler, 'spec', 'maxReplicas') ?? current);
    if (resource && target && desired !== current) {
      world.change(resource.storage, target, object => ({
        ...object,
        spec: { ...objectAt(object, 'spec'), replicas: desired },
      }));
    }
    world.report(storage, scaler, {
      currentReplicas: current,
      desiredReplicas: desired,
      conditions: withConditions(
        scaler,
        [
          ok
            ? {
                type: 'AbleToScale',
                status: 'True',
                reason: 'ReadyForNewScale',
                message: 'recommended size matches current size',
              }
            : {
                type: 'AbleToScale',
                status: 'False',
                reason: 'FailedGetScale',
                message: `the target ${textAt(reference, 'kind')} ${textAt(reference, 'name')} does not exist`,
              },
          {
            type: 'ScalingActive',
            status: ok ? 'True' : 'False',
            reason: ok ? 'ValidMetricFound' : 'FailedGetScale',
            message: ok
              ? 'the HPA was able to successfully calculate a replica count'
              : 'the target does not exist',
          },
          {
            type: 'ScalingLimited',
            status: 'False',
            reason: 'DesiredWithinRange',
            message: 'the desired count is within the acceptable range',
          },
        ],
        timestamp(world.api.now()),
      ),
    });
  });
}

function simulateDisruptionBudgets(world: World): void {
  const storage = 'policy/poddisruptionbudgets';
  world.reconcile(
    storage,
    budget => {
      const namespace = textAt(budget, 'metadata', 'namespace');
      const pods = world
        .list('/pods', namespace)
        .filter(pod =>
          matchLabelSelector(
            valueAt(budget, 'spec', 'selector'),
            objectAt(pod, 'metadata', 'labels') as Labels,
          ),
        );
      const healthy = pods.filter(pod => isTrue(pod, 'Ready')).length;
      const desired = desiredHealthy(budget, pods.length);
      const allowed = Math.max(0, healthy - desired);
      world.report(storage, budget, {
        observedGeneration: objectAt(budget, 'metadata').generation,
        currentHealthy: healthy,
        desiredHealthy: desired,
        expectedPods: pods.length,
        disruptionsAllowed: allowed,
        conditions: withConditions(
          budget,
          [
            {
              type: 'DisruptionAllowed',
              status: allowed > 0 ? 'True' : 'False',
              reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
              message: '',
            },
          ],
          timestamp(world.api.now()),
        ),
      });
    },
    ({ entry }) => {
      if (entry.resource !== '/pods') return [];
      return world.api.store
        .list(storage, entry.namespace)
        .map(({ namespace, name }) => `${namespace}/${name}`);
    },
  );
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

/** What a registered API would need to answer does not run here; local groups are served by this server. */
function simulateApiServices(world: World): void {
  const storage = 'apiregistration.k8s.io/apiservices';
  world.reconcile(storage, service => {
    const local = valueAt(service, 'spec', 'service') === undefined;
    world.report(storage, service, {
      conditions: withConditions(
        service,
        [
          local
            ? {
                type: 'Available',
                status: 'True',
                reason: 'Local',
                message: 'Local APIServices are always available',
              }
            : { type: 'Available', status: 'True', reason: 'Passed', message: 'all checks passed' },
        ],
        timestamp(world.api.now()),
      ),
    });
  });
}
