import type { Json, JsonObject } from '@millrace/json';
import { timestamp } from '../api/api.ts';
import { type Condition, isTrue, withConditions } from '../api/conditions.ts';
import { listAt, numberAt, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import type { Behaviour, Failure } from './failure.ts';
import { nodeAddress } from './nodes.ts';
import { controllerOf } from './owners.ts';
import { isTerminating } from './pod-control.ts';
import { recordStart, recordStop } from './pod-events.ts';
import type { Rehearsal } from './rehearsal.ts';
import { Scheduler } from './scheduler.ts';
import type { World } from './world.ts';

const pods = '/pods';

/** Put Pods on nodes and let their containers start, run and end without a container runtime. */
export function simulatePods(world: World, rehearsal: Rehearsal): void {
  const scheduler = new Scheduler(world);
  const kubelet = world.as('kubelet');
  const addresses = podAddresses();
  const planned = new Set<string>();
  const plan = (pod: JsonObject, milliseconds: number, act: (pod: JsonObject) => void) => {
    const uid = textAt(pod, 'metadata', 'uid');
    if (planned.has(uid)) return;
    planned.add(uid);
    kubelet.after(milliseconds, () => {
      planned.delete(uid);
      const current = world.get(pods, textAt(pod, 'metadata', 'namespace'), textAt(pod, 'metadata', 'name'));
      if (current && textAt(current, 'metadata', 'uid') === uid && !isTerminating(current)) act(current);
    });
  };
  world.reconcile(
    pods,
    pod => {
      if (isTerminating(pod)) {
        if (textAt(pod, 'spec', 'nodeName')) end(kubelet, pod);
        return;
      }
      if (!textAt(pod, 'spec', 'nodeName')) {
        scheduler.schedule(pod);
        return;
      }
      const behaviour = rehearsal.behaviourOf(pod);
      if (textAt(pod, 'status', 'startTime')) {
        const step = nextStep(pod, behaviour);
        if (step) plan(pod, step.after, current => step.take(kubelet, current));
        return;
      }
      const delay = behaviour.failure === 'slow-ready' ? 0 : (behaviour.delay ?? 0);
      if (delay > 0) wait(kubelet, pod);
      plan(pod, delay, current => start(kubelet, current, addresses(), behaviour));
    },
    event => scheduler.concerned(event),
  );
}

function end(kubelet: World, pod: JsonObject): void {
  if (textAt(pod, 'status', 'phase') === 'Running') {
    recordStop(kubelet, pod);
    // One that waits for a finalizer stays behind, and must not seem to run.
    if (listAt(pod, 'metadata', 'finalizers').length > 0) finish(kubelet, pod, killed);
  }
  kubelet.delete(pods, pod, 0);
}

/** Addresses of 10.244.0.0/16, given out in turn. */
function podAddresses(): () => string {
  let last = 1;
  return () => {
    last = (last % 65_000) + 1;
    return `10.244.${last >> 8}.${last & 0xff}`;
  };
}

function start(kubelet: World, pod: JsonObject, address: string, behaviour: Behaviour): void {
  const now = timestamp(kubelet.api.now());
  const fails = isCrash(behaviour) && textAt(pod, 'spec', 'restartPolicy') === 'Always';
  const failure = behaviour.failure && (!isCrash(behaviour) || fails) ? behaviour.failure : undefined;
  const ready = failure === undefined;
  const host = nodeAddress(kubelet, textAt(pod, 'spec', 'nodeName'));
  const ip = valueAt(pod, 'spec', 'hostNetwork') === true ? host : address;
  kubelet.report(pods, pod, {
    phase: failure === 'image-pull' ? 'Pending' : 'Running',
    observedGeneration: objectAt(pod, 'metadata').generation,
    conditions: withConditions(pod, conditionsOf(pod, ready), now),
    hostIP: host,
    hostIPs: [{ ip: host }],
    podIP: ip,
    podIPs: [{ ip }],
    startTime: now,
    ...initStatuses(pod, now),
    containerStatuses: objectsAt(pod, 'spec', 'containers').map(container =>
      containerStatus(container, failure, now),
    ),
  });
  recordStart(kubelet, pod, failure);
}

function conditionsOf(pod: JsonObject, ready: boolean): Condition[] {
  const notReady = {
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${containerNames(pod)}]`,
  };
  return [
    { type: 'PodReadyToStartContainers', status: 'True' },
    { type: 'Initialized', status: 'True' },
    { type: 'Ready', status: ready ? 'True' : 'False', ...(ready ? {} : notReady) },
    { type: 'ContainersReady', status: ready ? 'True' : 'False', ...(ready ? {} : notReady) },
    { type: 'PodScheduled', status: 'True' },
  ];
}

/** Until a slow Pod starts, its containers are being created. */
function wait(kubelet: World, pod: JsonObject): void {
  if (objectsAt(pod, 'status', 'containerStatuses').length > 0) return;
  const conditions: Condition[] = [{ type: 'PodScheduled', status: 'True' }];
  kubelet.report(pods, pod, {
    conditions: withConditions(pod, conditions, timestamp(kubelet.api.now())),
    containerStatuses: objectsAt(pod, 'spec', 'containers').map(container => ({
      ...identity(container),
      containerID: '',
      ready: false,
      started: false,
      restartCount: 0,
      state: { waiting: { reason: 'ContainerCreating' } },
      lastState: {},
    })),
  });
}

function containerNames(pod: JsonObject): string {
  return objectsAt(pod, 'spec', 'containers')
    .map(container => textAt(container, 'name'))
    .join(' ');
}

function initStatuses(pod: JsonObject, now: string): { initContainerStatuses?: Json } {
  const containers = objectsAt(pod, 'spec', 'initContainers');
  if (containers.length === 0) return {};
  return {
    initContainerStatuses: containers.map(container =>
      // A sidecar keeps running beside the main containers.
      container.restartPolicy === 'Always'
        ? containerStatus(container, undefined, now)
        : ended(container, now, now),
    ),
  };
}

function containerStatus(container: JsonObject, failure: Failure | undefined, now: string): JsonObject {
  const image = textAt(container, 'image');
  const crashed = failure === 'crash-loop' || failure === 'fail';
  return {
    ...identity(container),
    ready: failure === undefined,
    started: failure !== 'image-pull' && !crashed,
    restartCount: crashed ? 5 : 0,
    state: stateOf(image, failure, now),
    lastState: crashed
      ? { terminated: { exitCode: 1, reason: 'Error', startedAt: now, finishedAt: now } }
      : {},
  };
}

function stateOf(image: string, failure: Failure | undefined, now: string): JsonObject {
  if (failure === 'image-pull') {
    return { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` } };
  }
  if (failure === 'crash-loop' || failure === 'fail') {
    return { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' } };
  }
  return { running: { startedAt: now } };
}

function identity(container: JsonObject): JsonObject {
  const name = textAt(container, 'name');
  return { name, image: textAt(container, 'image'), imageID: '', containerID: `millrace://${name}` };
}

function ended(container: JsonObject, startedAt: string, finishedAt: string): JsonObject {
  return {
    ...identity(container),
    ready: false,
    started: false,
    restartCount: 0,
    state: { terminated: { exitCode: 0, reason: 'Completed', startedAt, finishedAt } },
    lastState: {},
  };
}

interface Step {
  /** Milliseconds. */
  readonly after: number;
  take(kubelet: World, pod: JsonObject): void;
}

/** How long a container runs that has nothing to do. */
const moment = 10;

/** What happens next to a Pod that runs, if anything does by itself. */
function nextStep(pod: JsonObject, behaviour: Behaviour): Step | undefined {
  if (textAt(pod, 'status', 'phase') !== 'Running') return undefined;
  const after = behaviour.duration ?? moment;
  const policy = textAt(pod, 'spec', 'restartPolicy');
  if (isCrash(behaviour)) {
    const code = behaviour.exitCode ?? 1;
    if (policy === 'Never')
      return { after, take: (kubelet, current) => finish(kubelet, current, failed(code)) };
    const restarts = numberAt(objectsAt(pod, 'status', 'containerStatuses')[0], 'restartCount') ?? 0;
    // Backing off as a kubelet does, only that much faster.
    if (policy === 'OnFailure')
      return {
        after: after * 2 ** Math.min(restarts, 16),
        take: (kubelet, current) => restart(kubelet, current, code),
      };
    return undefined;
  }
  if (behaviour.failure === 'slow-ready' && !isReady(pod))
    return { after: behaviour.delay ?? 30_000, take: becomeReady };
  const ends = behaviour.failure === undefined && policy !== 'Always' && isTask(pod);
  return ends ? { after, take: (kubelet, current) => finish(kubelet, current, completed) } : undefined;
}

/**
 * Whether a Pod has something to do and then ends: that of a Job, and one by itself whose containers are given a
 * command that is not one to wait with, as the tests of charts have it. An image's own command may be a server.
 */
function isTask(pod: JsonObject): boolean {
  if (controllerOf(pod)?.kind === 'Job') return true;
  return objectsAt(pod, 'spec', 'containers').every(container => {
    const words = [...listAt(container, 'command'), ...listAt(container, 'args')].map(String).join(' ');
    return words !== '' && !/\b(sleep|tail|wait)\b/.test(words);
  });
}

function isCrash({ failure }: Behaviour): boolean {
  return failure === 'crash-loop' || failure === 'fail';
}

function isReady(pod: JsonObject): boolean {
  return isTrue(pod, 'Ready');
}

function becomeReady(kubelet: World, pod: JsonObject): void {
  const now = timestamp(kubelet.api.now());
  kubelet.report(pods, pod, {
    conditions: withConditions(pod, conditionsOf(pod, true), now),
    containerStatuses: objectsAt(pod, 'status', 'containerStatuses').map(status => ({
      ...status,
      ready: true,
    })),
  });
}

/** How the containers of a Pod end. */
interface Ending {
  readonly phase: 'Succeeded' | 'Failed';
  readonly exitCode: number;
  readonly reason: 'Completed' | 'Error';
}

const completed: Ending = { phase: 'Succeeded', exitCode: 0, reason: 'Completed' };
/** By SIGTERM. */
const killed: Ending = { phase: 'Failed', exitCode: 143, reason: 'Error' };
const failed = (exitCode: number): Ending => ({ phase: 'Failed', exitCode, reason: 'Error' });

function finish(kubelet: World, pod: JsonObject, { phase, exitCode, reason }: Ending): void {
  const now = timestamp(kubelet.api.now());
  const why = { reason: phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed' };
  const conditions: Condition[] = [
    { type: 'PodReadyToStartContainers', status: 'False' },
    { type: 'Initialized', status: 'True', ...(phase === 'Succeeded' && why) },
    { type: 'Ready', status: 'False', ...why },
    { type: 'ContainersReady', status: 'False', ...why },
  ];
  kubelet.report(pods, pod, {
    phase,
    conditions: withConditions(pod, conditions, now),
    containerStatuses: objectsAt(pod, 'status', 'containerStatuses').map(status => ({
      ...status,
      ready: false,
      started: false,
      state: {
        terminated: {
          exitCode,
          reason,
          startedAt: startOf(status) || now,
          finishedAt: now,
          containerID: status.containerID ?? '',
        },
      },
    })),
  });
}

function startOf(status: JsonObject): string {
  return textAt(status, 'state', 'running', 'startedAt');
}

/** The container ended with an error and is started once more in its Pod. */
function restart(kubelet: World, pod: JsonObject, exitCode: number): void {
  const now = timestamp(kubelet.api.now());
  kubelet.report(pods, pod, {
    containerStatuses: objectsAt(pod, 'status', 'containerStatuses').map(status => ({
      ...status,
      restartCount: (numberAt(status, 'restartCount') ?? 0) + 1,
      state: { running: { startedAt: now } },
      lastState: {
        terminated: {
          exitCode,
          reason: 'Error',
          startedAt: startOf(status) || now,
          finishedAt: now,
          containerID: status.containerID ?? '',
        },
      },
    })),
  });
}
