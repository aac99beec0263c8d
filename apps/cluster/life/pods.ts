import type { Json, JsonObject } from '@millrace/json';
import { timestamp } from '../api/api.ts';
import { type Condition, withConditions } from '../api/conditions.ts';
import { childOf, objectAt, objectsAt, textAt } from '../api/tree.ts';
import { delayOf, failureOf } from './failure.ts';
import { nodeAddress } from './nodes.ts';
import { controllerOf } from './owners.ts';
import { recordStart, recordStop } from './pod-events.ts';
import { record } from './recorder.ts';
import type { World } from './world.ts';

const pods = '/pods';

/** Put Pods on a node and let their containers start, run and end without a container runtime. */
export function simulatePods(world: World, nodeFor: (pod: JsonObject) => string): void {
  const scheduler = world.as('kube-scheduler');
  const kubelet = world.as('kubelet');
  const addresses = podAddresses();
  const planned = new Set<string>();
  world.reconcile(pods, pod => {
    const uid = textAt(pod, 'metadata', 'uid');
    if (textAt(pod, 'metadata', 'deletionTimestamp')) {
      if (textAt(pod, 'spec', 'nodeName')) end(kubelet, pod);
      return;
    }
    if (!textAt(pod, 'spec', 'nodeName')) {
      schedule(scheduler, pod, nodeFor(pod));
      return;
    }
    if (textAt(pod, 'status', 'startTime') || planned.has(uid)) return;
    planned.add(uid);
    kubelet.after(delayOf(pod), () => {
      planned.delete(uid);
      const current = world.get(pods, textAt(pod, 'metadata', 'namespace'), textAt(pod, 'metadata', 'name'));
      if (current && textAt(current, 'metadata', 'uid') === uid) start(kubelet, current, addresses());
    });
  });
}

function end(kubelet: World, pod: JsonObject): void {
  if (textAt(pod, 'status', 'phase') === 'Running') recordStop(kubelet, pod);
  kubelet.delete(pods, pod, 0);
}

function schedule(scheduler: World, pod: JsonObject, node: string): void {
  scheduler.change(pods, pod, current => {
    childOf(current, 'spec').nodeName = node;
    return current;
  });
  const place = `${textAt(pod, 'metadata', 'namespace')}/${textAt(pod, 'metadata', 'name')}`;
  const message = `Successfully assigned ${place} to ${node}`;
  record(scheduler.as('default-scheduler'), pod, { type: 'Normal', reason: 'Scheduled', message });
}

/** Addresses of 10.244.0.0/16, given out in turn. */
function podAddresses(): () => string {
  let last = 1;
  return () => {
    last = (last % 65_000) + 1;
    return `10.244.${last >> 8}.${last & 0xff}`;
  };
}

function start(kubelet: World, pod: JsonObject, address: string): void {
  const now = timestamp(kubelet.api.now());
  const failure = failureOf(pod);
  const ready = failure === undefined;
  const notReady = {
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${containerNames(pod)}]`,
  };
  const conditions: Condition[] = [
    { type: 'PodReadyToStartContainers', status: 'True' },
    { type: 'Initialized', status: 'True' },
    { type: 'Ready', status: ready ? 'True' : 'False', ...(ready ? {} : notReady) },
    { type: 'ContainersReady', status: ready ? 'True' : 'False', ...(ready ? {} : notReady) },
    { type: 'PodScheduled', status: 'True' },
  ];
  kubelet.report(pods, pod, {
    phase: failure === 'image-pull' ? 'Pending' : 'Running',
    observedGeneration: objectAt(pod, 'metadata').generation,
    conditions: withConditions(pod, conditions, now),
    hostIP: nodeAddress,
    hostIPs: [{ ip: nodeAddress }],
    podIP: address,
    podIPs: [{ ip: address }],
    startTime: now,
    ...initStatuses(pod, now),
    containerStatuses: objectsAt(pod, 'spec', 'containers').map(container =>
      containerStatus(container, failure, now),
    ),
  });
  recordStart(kubelet, pod, failure);
  if (ready && runsToCompletion(pod)) kubelet.after(10, () => complete(kubelet, pod));
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

function containerStatus(
  container: JsonObject,
  failure: ReturnType<typeof failureOf>,
  now: string,
): JsonObject {
  const image = textAt(container, 'image');
  const started = failure !== 'image-pull' && failure !== 'crash-loop';
  return {
    ...identity(container),
    ready: failure === undefined,
    started,
    restartCount: failure === 'crash-loop' ? 5 : 0,
    state: stateOf(image, failure, now),
    lastState:
      failure === 'crash-loop'
        ? { terminated: { exitCode: 1, reason: 'Error', startedAt: now, finishedAt: now } }
        : {},
  };
}

function stateOf(image: string, failure: ReturnType<typeof failureOf>, now: string): JsonObject {
  if (failure === 'image-pull') {
    return { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` } };
  }
  if (failure === 'crash-loop') {
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

/** A Job's Pods do their work at once. */
function runsToCompletion(pod: JsonObject): boolean {
  return textAt(pod, 'spec', 'restartPolicy') !== 'Always' && controllerOf(pod)?.kind === 'Job';
}

function complete(kubelet: World, pod: JsonObject): void {
  const now = timestamp(kubelet.api.now());
  const done = { reason: 'PodCompleted' };
  const conditions: Condition[] = [
    { type: 'Initialized', status: 'True', ...done },
    { type: 'Ready', status: 'False', ...done },
    { type: 'ContainersReady', status: 'False', ...done },
  ];
  kubelet.report(pods, pod, {
    phase: 'Succeeded',
    conditions: withConditions(pod, conditions, now),
    containerStatuses: objectsAt(pod, 'spec', 'containers').map(container => ended(container, now, now)),
  });
}
