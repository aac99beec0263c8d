import type { JsonObject } from '@millrace/json';
import { timestamp } from '../../api/api.ts';
import { withConditions } from '../../api/conditions.ts';
import { numberAt, objectsAt, textAt } from '../../api/tree.ts';
import type { Visit } from '../../control/work-queue.ts';
import { read } from '../../store/entry.ts';
import { isTerminating } from '../world/pod-control.ts';
import { record } from '../world/recorder.ts';
import type { World } from '../world/world.ts';
import { tolerationsOf } from './placement.ts';

const pods = '/pods';
const nodes = '/nodes';

/**
 * Send Pods away from nodes whose NoExecute taints they do not tolerate, or not for longer, and remove those of nodes
 * that are gone.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
 */
export function evictFromNodes(world: World): void {
  const controller = world.as('taint-eviction-controller');
  const collector = world.as('pod-garbage-collector');
  const tainted = new Set<string>();
  world.reconcile(
    nodes,
    node => {
      const taints = objectsAt(node, 'spec', 'taints').filter(({ effect }) => effect === 'NoExecute');
      const name = textAt(node, 'metadata', 'name');
      if (taints.length > 0) tainted.add(name);
      else tainted.delete(name);
      return taints.length > 0 ? evict(controller, name, taints) : undefined;
    },
    // Most clusters have no such node, and then Pods need not be looked at.
    ({ type, entry }) =>
      tainted.size > 0 && entry.resource === pods && type !== 'DELETED'
        ? [...tainted].map(name => `/${name}`)
        : [],
  );
  world.api.store.subscribe(({ type, entry }) => {
    if (entry.resource !== nodes || type !== 'DELETED') return;
    tainted.delete(entry.name);
    for (const pod of podsOn(world, entry.name)) collector.aside(() => collect(collector, pod));
  });
}

function podsOn(world: World, node: string): JsonObject[] {
  return world.api.store
    .list(pods)
    .filter(({ json }) => json.includes(`"nodeName":${JSON.stringify(node)}`))
    .map(read)
    .filter(pod => textAt(pod, 'spec', 'nodeName') === node);
}

/** Answers with when the next Pod has to go. */
function evict(controller: World, node: string, taints: readonly JsonObject[]): Visit {
  const now = controller.api.now().getTime();
  let next = Number.POSITIVE_INFINITY;
  for (const pod of podsOn(controller, node)) {
    if (isTerminating(pod)) continue;
    const left = Math.min(...taints.map(taint => timeLeft(pod, taint, now)));
    if (left > 0) {
      next = Math.min(next, left);
      continue;
    }
    const place = `${textAt(pod, 'metadata', 'namespace')}/${textAt(pod, 'metadata', 'name')}`;
    const message = `Marking for deletion Pod ${place}`;
    record(controller, pod, { type: 'Normal', reason: 'TaintManagerEviction', message });
    disrupt(controller, pod, 'DeletionByTaintManager', 'Taint manager: deleting due to NoExecute taint');
    controller.delete(pods, pod);
  }
  return next === Number.POSITIVE_INFINITY ? undefined : next;
}

/** Milliseconds that a Pod may stay: none when it does not tolerate the taint, for ever when it does without a limit. */
function timeLeft(pod: JsonObject, taint: JsonObject, now: number): number {
  const tolerations = tolerationsOf(pod, taint);
  if (tolerations.length === 0) return 0;
  const seconds = tolerations.flatMap(each => numberAt(each, 'tolerationSeconds') ?? []);
  if (seconds.length === 0) return Number.POSITIVE_INFINITY;
  const since =
    Date.parse(textAt(taint, 'timeAdded')) || Date.parse(textAt(pod, 'status', 'startTime')) || now;
  return Math.max(0, since + Math.min(...seconds) * 1000 - now);
}

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection */
function collect(collector: World, pod: JsonObject): void {
  disrupt(collector, pod, 'DeletionByPodGC', 'PodGC: node no longer exists');
  collector.delete(pods, pod, 0);
}

function disrupt(controller: World, pod: JsonObject, reason: string, message: string): void {
  const condition = { type: 'DisruptionTarget', status: 'True', reason, message } as const;
  controller.report(pods, pod, {
    conditions: withConditions(pod, [condition], timestamp(controller.api.now())),
  });
}
