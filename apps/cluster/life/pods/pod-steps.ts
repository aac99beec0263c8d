import type { JsonObject } from '@millrace/json';
import { timestamp } from '../../api/api.ts';
import { type Condition, isTrue, withConditions } from '../../api/conditions.ts';
import { listAt, numberAt, objectsAt, textAt } from '../../api/tree.ts';
import { controllerOf } from '../world/owners.ts';
import type { World } from '../world/world.ts';
import { conditionsOf } from './container-status.ts';
import type { Behaviour } from './failure.ts';

const pods = '/pods';

export interface Step {
  /** Milliseconds. */
  readonly after: number;
  take(kubelet: World, pod: JsonObject): void;
}

/** How long a container runs that has nothing to do. */
const moment = 10;

/** What happens next to a Pod that runs, if anything does by itself. */
export function nextStep(pod: JsonObject, behaviour: Behaviour): Step | undefined {
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

export function isCrash({ failure }: Behaviour): boolean {
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
export const killed: Ending = { phase: 'Failed', exitCode: 143, reason: 'Error' };
const failed = (exitCode: number): Ending => ({ phase: 'Failed', exitCode, reason: 'Error' });

export function finish(kubelet: World, pod: JsonObject, { phase, exitCode, reason }: Ending): void {
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
