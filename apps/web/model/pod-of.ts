import { isObject, type Json, type JsonObject } from '@millrace/json';
import { asJson, at, conditionOf, healthOf, type KubeObject } from '@millrace/kube';
import { healthStates } from './health-state.ts';
import type { Container, Ending, Pod } from './pod.ts';
import { objectsAt, podStatus } from './pod-status.ts';

/** What the page shows of a Pod. Fields of the wrong type are as absent. */
export function podOf(object: KubeObject): Pod {
  const json = asJson(object);
  const { name, namespace = '', uid = '', creationTimestamp = '' } = object.metadata;
  const { status, ready, of, restarts, lastRestart } = podStatus(json);
  const containers = containersOf(json);
  const why = [...containers.map(one => one.message), text(at(json, 'status', 'message')), unscheduled(json)];
  return {
    namespace,
    name,
    uid,
    status,
    message: why.find(Boolean) ?? '',
    state: stateOf(object, containers),
    ready,
    of,
    restarts,
    lastRestart,
    node: text(at(json, 'spec', 'nodeName')),
    created: creationTimestamp,
    containers,
  };
}

/** kstatus takes a Pod that failed for one that has ended; whoever looks at it wants to know. */
function stateOf(object: KubeObject, containers: Container[]): Pod['state'] {
  if (at(asJson(object), 'status', 'phase') === 'Failed') return 'failing';
  const isStuck = containers.some(({ status }) => stuck.has(status));
  return isStuck && !object.metadata.deletionTimestamp ? 'failing' : healthStates[healthOf(object).status];
}

/** What a kubelet says of a container that does not start without somebody's doing. */
const stuck = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

function unscheduled(pod: JsonObject): string {
  const scheduled = conditionOf(pod, 'PodScheduled');
  return scheduled?.status === 'False' ? scheduled.message : '';
}

function containersOf(pod: JsonObject): Container[] {
  const list = (specs: string, statuses: string, role: (spec: JsonObject) => Container['role']) => {
    const found = new Map(objectsAt(pod, 'status', statuses).map(status => [text(status.name), status]));
    return objectsAt(pod, 'spec', specs).map(spec =>
      containerOf(spec, found.get(text(spec.name)) ?? {}, role(spec)),
    );
  };
  return [
    ...list('initContainers', 'initContainerStatuses', ({ restartPolicy }) =>
      restartPolicy === 'Always' ? 'sidecar' : 'init',
    ),
    ...list('containers', 'containerStatuses', () => 'main'),
    ...list('ephemeralContainers', 'ephemeralContainerStatuses', () => 'ephemeral'),
  ];
}

function containerOf(spec: JsonObject, status: JsonObject, role: Container['role']): Container {
  const state = (which: string) => at(status, 'state', which);
  const waiting = state('waiting');
  const terminated = state('terminated');
  const ended = isObject(terminated) ? endingOf(terminated) : undefined;
  const before = at(status, 'lastState', 'terminated');
  const saying = isObject(waiting) ? waiting : isObject(terminated) ? terminated : {};
  return {
    name: text(spec.name),
    role,
    image: text(spec.image),
    digest: digestIn(text(status.imageID)),
    status: isObject(state('running'))
      ? 'Running'
      : text(saying.reason) || (ended ? endedAs(ended) : 'Waiting'),
    message: text(saying.message),
    ready: status.ready === true,
    restarts: number(status.restartCount),
    run: runOf(status),
    ...(isObject(before) ? { before: endingOf(before) } : {}),
  };
}

function runOf(status: JsonObject): string {
  for (const [state, which] of [
    ['state', 'running'],
    ['state', 'terminated'],
    ['lastState', 'terminated'],
  ] as const) {
    const run = at(status, state, which);
    if (isObject(run)) return `${number(status.restartCount)} ${text(run.startedAt)}`;
  }
  return '';
}

function endingOf(terminated: JsonObject): Ending {
  return {
    exitCode: number(terminated.exitCode),
    signal: number(terminated.signal),
    reason: text(terminated.reason),
    message: text(terminated.message),
    at: text(terminated.finishedAt),
  };
}

const endedAs = ({ signal, exitCode }: Ending) => (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);

/** `docker.io/library/nginx@sha256:…`, or the digest alone: as container runtimes write it. */
function digestIn(imageId: string): string {
  const start = imageId.indexOf('sha256:');
  return start < 0 ? '' : imageId.slice(start);
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const number = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);
