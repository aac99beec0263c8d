import type { JsonObject } from '@millrace/json';
import {
  at,
  conditionOf,
  current,
  failed,
  type Health,
  type HealthRule,
  inProgress,
  textAt,
} from './health-rule.ts';
import { asJson, groupOf, type KubeObject } from './object.ts';
import { workloadHealth } from './workload-health.ts';

/**
 * The health of an object as kstatus defines it (kubernetes-sigs/cli-utils, pkg/kstatus), with Flux's exception that
 * a Job is current only when it has completed. `undefined` stands for an object that is not there.
 */
export function healthOf(object: KubeObject | undefined): Health {
  if (!object) return { status: 'NotFound', message: 'Resource not found' };
  if (object.metadata.deletionTimestamp)
    return { status: 'Terminating', message: 'Resource scheduled for deletion' };
  const json = asJson(object);
  const rule =
    rules[`${groupOf(object.apiVersion)}/${object.kind}`] ??
    workloadHealth[`${groupOf(object.apiVersion)}/${object.kind}`];
  return unobserved(object, json) ?? byConditions(json) ?? (rule ?? byReadyCondition)(json);
}

function unobserved(object: KubeObject, json: JsonObject): Health | undefined {
  const observed = at(json, 'status', 'observedGeneration');
  const generation = object.metadata.generation;
  if (typeof observed !== 'number' || generation === undefined || observed === generation) return undefined;
  return inProgress(
    `${object.kind} generation is ${generation}, but latest observed generation is ${observed}`,
  );
}

function byConditions(object: JsonObject): Health | undefined {
  const reconciling = conditionOf(object, 'Reconciling');
  if (reconciling?.status === 'True') return inProgress(reconciling.message);
  const stalled = conditionOf(object, 'Stalled');
  if (stalled?.status === 'True') return failed(stalled.message);
  return undefined;
}

function byReadyCondition(object: JsonObject): Health {
  const ready = conditionOf(object, 'Ready');
  if (!ready) return current('Resource is current');
  return ready.status === 'True' ? current('Resource is Ready') : inProgress(ready.message);
}

const rules: Record<string, HealthRule> = {
  '/Secret': () => current('Resource is always ready'),
  '/ConfigMap': () => current('Resource is always ready'),
  'batch/CronJob': () => current('Resource is always ready'),
  'policy/PodDisruptionBudget': () => current('AllowedDisruptions has been computed.'),

  '/Service': object => {
    const waits =
      textAt(object, 'spec', 'type') === 'LoadBalancer' && textAt(object, 'spec', 'clusterIP') === '';
    return waits ? inProgress('ClusterIP not set. Service type: LoadBalancer') : current('Service is ready');
  },

  '/PersistentVolumeClaim': object => {
    const phase = textAt(object, 'status', 'phase') || 'unknown';
    return phase === 'Bound' ? current('PVC is Bound') : inProgress(`PVC is not Bound. phase: ${phase}`);
  },

  'apiextensions.k8s.io/CustomResourceDefinition': object => {
    const names = conditionOf(object, 'NamesAccepted');
    if (names?.status === 'False') return failed(names.message);
    const established = conditionOf(object, 'Established');
    if (established?.status === 'True') return current('CRD is established');
    if (established?.status === 'False' && established.reason !== 'Installing')
      return failed(established.message);
    return inProgress('Install in progress');
  },
};
