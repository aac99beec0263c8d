import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, at, conditionOf, type Health, healthOf, type KubeObject } from '@millrace/kube';

/** What an object that is waited for has come to; undefined is one that is not there. */
export type Judgement = (object: KubeObject | undefined) => Health;

const current: Health = { status: 'Current', message: 'Resource is current' };
const inProgress = (message: string): Health => ({ status: 'InProgress', message });

/** As kstatus has it. @param jobs whether a Job has to end; else it is enough that it runs */
export function byStatus(jobs: boolean): Judgement {
  return object => {
    if (
      object &&
      (isKind(object, 'apps/', 'Deployment') ? at(asJson(object), 'spec', 'paused') === true : false)
    )
      return current;
    const health = healthOf(object);
    const runs = object && isKind(object, 'batch/', 'Job') && health.status === 'InProgress' && !jobs;
    if (!runs || at(asJson(object), 'status', 'startTime') === undefined) return health;
    return { status: 'Current', message: 'Job in progress' };
  };
}

/** A hook has ended when its Job or Pod has; all else is there, and that is enough. */
export const byEnd: Judgement = object => {
  if (!object) return healthOf(undefined);
  if (isKind(object, 'batch/', 'Job')) return healthOf(object);
  if (!isKind(object, 'v1', 'Pod')) return current;
  const { name } = object.metadata;
  const phase = at(asJson(object), 'status', 'phase');
  if (phase === 'Succeeded') return { status: 'Current', message: `pod ${name} succeeded` };
  if (phase === 'Failed') return { status: 'Failed', message: `pod ${name} failed` };
  return inProgress('Pod in progress');
};

/** As Helm 3 waited. Rule: pkg/kube/ready.go of helm v4.3.1 */
export function asBefore(jobs: boolean): Judgement {
  return object => {
    if (!object) return inProgress('Resource not found');
    const rule = rules.find(({ group, kind }) => isKind(object, group, kind));
    const json = asJson(object);
    if (rule?.kind === 'Job') return jobs ? jobEnded(json) : current;
    return !rule || rule.isReady(json) ? current : inProgress('Resource is not ready');
  };
}

function isKind({ apiVersion, kind }: KubeObject, group: string, name: string): boolean {
  return kind === name && (group.endsWith('/') ? apiVersion.startsWith(group) : apiVersion === group);
}

interface Rule {
  /** The group with its slash, or `v1`. */
  group: string;
  kind: string;
  isReady(object: JsonObject): boolean;
}

const rules: Rule[] = [
  { group: 'v1', kind: 'Pod', isReady: object => conditionOf(object, 'Ready')?.status === 'True' },
  { group: 'batch/', kind: 'Job', isReady: () => true },
  { group: 'apps/', kind: 'Deployment', isReady: deploymentReady },
  { group: 'apps/', kind: 'DaemonSet', isReady: daemonSetReady },
  { group: 'apps/', kind: 'StatefulSet', isReady: statefulSetReady },
  { group: 'apps/', kind: 'ReplicaSet', isReady: replicasReady },
  { group: 'v1', kind: 'ReplicationController', isReady: replicasReady },
  {
    group: 'v1',
    kind: 'PersistentVolumeClaim',
    isReady: object => at(object, 'status', 'phase') === 'Bound',
  },
  { group: 'v1', kind: 'Service', isReady: serviceReady },
  {
    group: 'apiextensions.k8s.io/',
    kind: 'CustomResourceDefinition',
    isReady: object =>
      conditionOf(object, 'Established')?.status === 'True' ||
      conditionOf(object, 'NamesAccepted')?.status === 'False',
  },
];

function number(object: JsonObject, fallback: number, ...path: string[]): number {
  const value = at(object, ...path);
  return typeof value === 'number' ? value : fallback;
}

function isObserved(object: JsonObject): boolean {
  return number(object, 0, 'status', 'observedGeneration') === number(object, 0, 'metadata', 'generation');
}

function jobEnded(object: JsonObject): Health {
  const failures = number(object, 0, 'status', 'failed');
  if (failures > number(object, 6, 'spec', 'backoffLimit')) {
    const { namespace = '', name = '' } = isObject(object.metadata) ? object.metadata : {};
    return { status: 'Failed', message: `job is failed: ${namespace}/${name}` };
  }
  const wanted = at(object, 'spec', 'completions');
  if (typeof wanted === 'number' && number(object, 0, 'status', 'succeeded') < wanted)
    return inProgress('Job is not completed');
  return current;
}

function deploymentReady(object: JsonObject): boolean {
  if (at(object, 'spec', 'paused') === true) return true;
  if (!isObserved(object)) return false;
  const wanted = number(object, 1, 'spec', 'replicas');
  const slack = scaled(at(object, 'spec', 'strategy', 'rollingUpdate', 'maxUnavailable'), wanted, false);
  // Helm looks at the new ReplicaSet: of the ready Pods, those of the old one do not count.
  const old = number(object, 0, 'status', 'replicas') - number(object, 0, 'status', 'updatedReplicas');
  return number(object, 0, 'status', 'readyReplicas') - old >= wanted - slack;
}

function daemonSetReady(object: JsonObject): boolean {
  if (!isObserved(object)) return false;
  if (at(object, 'spec', 'updateStrategy', 'type') !== 'RollingUpdate') return true;
  const wanted = number(object, 0, 'status', 'desiredNumberScheduled');
  if (number(object, 0, 'status', 'updatedNumberScheduled') !== wanted) return false;
  const slack = scaled(at(object, 'spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable'), wanted, true);
  return number(object, 0, 'status', 'numberReady') >= wanted - slack;
}

function statefulSetReady(object: JsonObject): boolean {
  if (!isObserved(object)) return false;
  if (at(object, 'spec', 'updateStrategy', 'type') !== 'RollingUpdate') return true;
  const partition = number(object, 0, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  const wanted = number(object, 1, 'spec', 'replicas');
  if (number(object, 0, 'status', 'updatedReplicas') < wanted - partition) return false;
  if (number(object, 0, 'status', 'readyReplicas') !== wanted) return false;
  const [now, next] = ['currentRevision', 'updateRevision'].map(field => at(object, 'status', field));
  return partition !== 0 || now === next;
}

function replicasReady(object: JsonObject): boolean {
  const has = number(object, 0, 'status', 'replicas');
  return isObserved(object) && number(object, 0, 'status', 'readyReplicas') >= has;
}

function serviceReady(object: JsonObject): boolean {
  const type = at(object, 'spec', 'type');
  if (type === 'ExternalName') return true;
  if ((at(object, 'spec', 'clusterIP') ?? '') === '') return false;
  if (type !== 'LoadBalancer') return true;
  const addresses = at(object, 'spec', 'externalIPs');
  if (Array.isArray(addresses) && addresses.length > 0) return true;
  return at(object, 'status', 'loadBalancer', 'ingress') !== undefined;
}

/** A number, or a part of the whole. What is neither is all of it. */
function scaled(value: Json | undefined, whole: number, up: boolean): number {
  if (typeof value === 'number') return value;
  const percent =
    typeof value === 'string' && /^\d{1,3}%$/.test(value) ? Number(value.slice(0, -1)) : undefined;
  if (percent === undefined) return value === undefined ? 0 : whole;
  const exact = (percent * whole) / 100;
  return up ? Math.ceil(exact) : Math.floor(exact);
}
