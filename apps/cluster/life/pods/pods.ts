import type { JsonObject } from '@millrace/json';
import { timestamp } from '../../api/api.ts';
import { type Condition, withConditions } from '../../api/conditions.ts';
import { listAt, numberAt, objectAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';
import { kubeletOf } from '../../control/component.ts';
import { nodeAddress } from '../scheduling/nodes.ts';
import { Scheduler } from '../scheduling/scheduler.ts';
import { ensureEphemeralClaims } from '../volumes/ephemeral-volumes.ts';
import { isTerminating } from '../world/pod-control.ts';
import type { World } from '../world/world.ts';
import {
  conditionsOf,
  containerStatus,
  initStatuses,
  isStartable,
  waitingStatus,
} from './container-status.ts';
import type { Behaviour } from './failure.ts';
import { recordStart, recordStop } from './pod-events.ts';
import { finish, isCrash, killed, nextStep } from './pod-steps.ts';
import type { Rehearsal } from './rehearsal.ts';

const pods = '/pods';

/** Put Pods on nodes and let their containers start, run and end without a container runtime. */
export function simulatePods(world: World, rehearsal: Rehearsal): void {
  const scheduler = new Scheduler(world);
  const kubeletFor = (pod: JsonObject) => world.as(kubeletOf(textAt(pod, 'spec', 'nodeName')));
  const addresses = podAddresses();
  const planned = new Set<string>();
  const plan = (pod: JsonObject, milliseconds: number, act: (pod: JsonObject) => void) => {
    const uid = textAt(pod, 'metadata', 'uid');
    if (planned.has(uid)) return;
    planned.add(uid);
    world.after(milliseconds, () => {
      planned.delete(uid);
      const current = world.get(pods, textAt(pod, 'metadata', 'namespace'), textAt(pod, 'metadata', 'name'));
      if (current && textAt(current, 'metadata', 'uid') === uid && !isTerminating(current)) act(current);
    });
  };
  world.reconcile(
    pods,
    pod => {
      if (isTerminating(pod)) {
        if (textAt(pod, 'spec', 'nodeName')) end(kubeletFor(pod), pod);
        else endNowhere(world.as('pod-garbage-collector'), pod);
        return;
      }
      if (!textAt(pod, 'spec', 'nodeName')) {
        ensureEphemeralClaims(world, pod);
        scheduler.schedule(pod);
        return;
      }
      const behaviour = rehearsal.behaviourOf(pod);
      if (textAt(pod, 'status', 'startTime')) {
        startEphemeral(kubeletFor(pod), pod);
        if (behaviour.failure === undefined && isStuck(pod) && isStartable(pod))
          recover(kubeletFor(pod), pod);
        const step = nextStep(pod, behaviour);
        if (step) plan(pod, step.after, current => step.take(kubeletFor(current), current));
        return;
      }
      const delay = behaviour.failure === 'slow-ready' ? 0 : (behaviour.delay ?? 0);
      if (delay > 0) wait(kubeletFor(pod), pod);
      plan(pod, delay, current => start(kubeletFor(current), current, addresses(), behaviour));
    },
    event => [...scheduler.concerned(event), ...rehearsal.concerned(event)],
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

/** A Pod that no node ever ran and that waits for a finalizer has failed, so that its owner need not wait for its end. */
function endNowhere(collector: World, pod: JsonObject): void {
  if (textAt(pod, 'status', 'phase') === 'Pending') collector.report(pods, pod, { phase: 'Failed' });
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
  const startable = isStartable(pod);
  const ready = failure === undefined && startable;
  const host = nodeAddress(kubelet, textAt(pod, 'spec', 'nodeName'));
  const ip = valueAt(pod, 'spec', 'hostNetwork') === true ? host : address;
  kubelet.report(pods, pod, {
    phase: failure === 'image-pull' || !startable ? 'Pending' : 'Running',
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

/** True for a Pod that was made to fail and has not ended; what users write into its status stays. */
function isStuck(pod: JsonObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  const ready = objectsAt(pod, 'status', 'conditions').find(({ type }) => type === 'Ready');
  return (phase === 'Running' || phase === 'Pending') && ready?.reason === 'ContainersNotReady';
}

/** What kept a Pod from serving is over: its containers are tried once more, and run. */
function recover(kubelet: World, pod: JsonObject): void {
  const now = timestamp(kubelet.api.now());
  const known = objectsAt(pod, 'status', 'containerStatuses');
  const again = objectsAt(pod, 'spec', 'containers').map(container => {
    const before = known.find(({ name }) => name === container.name);
    const fresh = containerStatus(container, undefined, now);
    if (textAt(before, 'state', 'waiting', 'reason') !== 'CrashLoopBackOff')
      return { ...fresh, restartCount: before?.restartCount ?? 0 };
    const restartCount = (numberAt(before, 'restartCount') ?? 0) + 1;
    return { ...fresh, restartCount, lastState: before?.lastState ?? {} };
  });
  kubelet.report(pods, pod, {
    phase: 'Running',
    conditions: withConditions(pod, conditionsOf(pod, true), now),
    containerStatuses: again,
  });
  recordStart(kubelet, pod, undefined);
}

/** Containers that were added to look around in a Pod run as the others do. */
function startEphemeral(kubelet: World, pod: JsonObject): void {
  const wanted = objectsAt(pod, 'spec', 'ephemeralContainers');
  const known = objectsAt(pod, 'status', 'ephemeralContainerStatuses');
  const missing = wanted.filter(container => !known.some(({ name }) => name === container.name));
  if (missing.length === 0) return;
  const now = timestamp(kubelet.api.now());
  const begun = missing.map(container => containerStatus(container, undefined, now));
  kubelet.report(pods, pod, { ephemeralContainerStatuses: [...known, ...begun] });
}

/** Until a slow Pod starts, its containers are being created. */
function wait(kubelet: World, pod: JsonObject): void {
  if (objectsAt(pod, 'status', 'containerStatuses').length > 0) return;
  const conditions: Condition[] = [{ type: 'PodScheduled', status: 'True' }];
  kubelet.report(pods, pod, {
    conditions: withConditions(pod, conditions, timestamp(kubelet.api.now())),
    containerStatuses: objectsAt(pod, 'spec', 'containers').map(container =>
      waitingStatus(container, { reason: 'ContainerCreating' }),
    ),
  });
}
