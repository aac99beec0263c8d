import type { Json, JsonObject } from '@millrace/json';
import type { Condition } from '../../api/conditions.ts';
import { objectsAt, textAt } from '../../api/tree.ts';
import type { Failure } from './failure.ts';
import { imageProblem } from './image-name.ts';

export function conditionsOf(pod: JsonObject, ready: boolean): Condition[] {
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

function containerNames(pod: JsonObject): string {
  return objectsAt(pod, 'spec', 'containers')
    .map(container => textAt(container, 'name'))
    .join(' ');
}

export function initStatuses(pod: JsonObject, now: string): { initContainerStatuses?: Json } {
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

export function containerStatus(
  container: JsonObject,
  failure: Failure | undefined,
  now: string,
): JsonObject {
  const image = textAt(container, 'image');
  const misnamed = imageProblem(image);
  if (misnamed) return waitingStatus(container, { reason: 'InvalidImageName', message: misnamed });
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

/** A container that has not run. */
export function waitingStatus(container: JsonObject, waiting: JsonObject): JsonObject {
  return {
    ...identity(container),
    containerID: '',
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting },
    lastState: {},
  };
}

/** True when nothing keeps the containers of a Pod from being started. */
export function isStartable(pod: JsonObject): boolean {
  return objectsAt(pod, 'spec', 'containers').every(
    container => imageProblem(textAt(container, 'image')) === undefined,
  );
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

export function identity(container: JsonObject): JsonObject {
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
