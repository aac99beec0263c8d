import type { JsonObject } from '@millrace/json';
import type { ApiError } from '../../api/status.ts';
import { childOf, numberAt, objectAt, objectsAt, textAt } from '../../api/tree.ts';
import type { Visit } from '../../control/work-queue.ts';
import { mayStay, misfitOf } from '../scheduling/placement.ts';
import { Adoption } from '../world/adoption.ts';
import { availabilityOf, isAvailable } from '../world/availability.ts';
import { byController } from '../world/owners.ts';
import { createPod, deletePod, isActive, isTerminating, podFrom } from '../world/pod-control.ts';
import { countOf } from '../world/surge.ts';
import { keyOf, type World } from '../world/world.ts';
import { ensureRevision, forgetRevisions } from './controller-revisions.ts';

const storage = 'apps/daemonsets';
const revisionLabel = 'controller-revision-hash';

/** What Pods of a DaemonSet tolerate besides what its template says. */
const tolerations = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];

/**
 * One Pod on each node that suits it.
 * https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/
 */
export function simulateDaemonSets(world: World): void {
  const controller = world.as('daemonset-controller');
  const adoption = new Adoption(world, '/pods', storage);
  const revisions = new Adoption(world, 'apps/controllerrevisions', storage);
  const ofPods = byController('/pods', 'DaemonSet');
  world.reconcile(
    storage,
    set => {
      revisions.settle(controller, set);
      adoption.settle(controller, set);
      return reconcile(controller, set);
    },
    event =>
      event.entry.resource === '/nodes'
        ? world.api.store.list(storage).map(keyOf)
        : [...ofPods(event), ...adoption.concerned(event)],
  );
}

/** A DaemonSet as one visit sees it. */
interface View {
  readonly set: JsonObject;
  readonly revision: string;
  readonly nodes: readonly JsonObject[];
  readonly now: number;
  readonly minReadySeconds: number;
}

function reconcile(controller: World, set: JsonObject): Visit {
  if (isTerminating(set)) return undefined;
  const revision = ensureRevision(controller, set, revisionLabel);
  if (!revision) return 'retry';
  const view: View = {
    set,
    revision: revision.hash,
    nodes: controller.list('/nodes'),
    now: controller.api.now().getTime(),
    minReadySeconds: numberAt(set, 'spec', 'minReadySeconds') ?? 0,
  };
  removeStrays(controller, view);
  const rolls = textAt(set, 'spec', 'updateStrategy', 'type') !== 'OnDelete';
  const refusal = (rolls ? rollOut(controller, view) : undefined) ?? fillNodes(controller, view);
  const next = report(controller, view);
  const labels = controller.owned('/pods', set).map(pod => textAt(pod, 'metadata', 'labels', revisionLabel));
  forgetRevisions(controller, set, new Set([...labels, revision.hash]));
  return refusal ? 'retry' : next;
}

/** Counts the templates that a DaemonSet has had. */
const generationAnnotation = 'deprecated.daemonset.template.generation';

/** The Pod that a DaemonSet wants on a node, bound to it by affinity as the scheduler needs it. */
function podFor({ set, revision }: View, node: string): JsonObject {
  return podFrom(set, '', pod => {
    const labels = childOf(childOf(pod, 'metadata'), 'labels');
    labels[revisionLabel] = revision;
    const generation = textAt(set, 'metadata', 'annotations', generationAnnotation);
    if (generation) labels['pod-template-generation'] = generation;
    const spec = childOf(pod, 'spec');
    const affinity = childOf(childOf(spec, 'affinity'), 'nodeAffinity');
    const only = { key: 'metadata.name', operator: 'In', values: [node] };
    const required = 'requiredDuringSchedulingIgnoredDuringExecution';
    const terms = objectsAt(affinity, required, 'nodeSelectorTerms');
    affinity[required] = {
      nodeSelectorTerms: (terms.length > 0 ? terms : [{}]).map(term => ({ ...term, matchFields: [only] })),
    };
    const own = spec.hostNetwork === true ? [...tolerations, networkUnavailable] : tolerations;
    spec.tolerations = [...objectsAt(spec, 'tolerations'), ...own];
  });
}

const networkUnavailable = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
};

function nodeOf(pod: JsonObject): string {
  const assigned = textAt(pod, 'spec', 'nodeName');
  if (assigned) return assigned;
  const [term] = objectsAt(
    pod,
    'spec',
    'affinity',
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
    'nodeSelectorTerms',
  );
  return String((objectsAt(term, 'matchFields')[0]?.values as string[] | undefined)?.[0] ?? '');
}

function removeStrays(controller: World, view: View): void {
  for (const pod of controller.owned('/pods', view.set)) {
    if (isTerminating(pod)) continue;
    const node = view.nodes.find(each => textAt(each, 'metadata', 'name') === nodeOf(pod));
    const isOver =
      textAt(pod, 'status', 'phase') === 'Failed' || textAt(pod, 'status', 'phase') === 'Succeeded';
    if (isOver || !node || !mayStay(podFor(view, nodeOf(pod)), node)) deletePod(controller, view.set, pod);
  }
}

/** Answers with why a Pod was refused. */
function fillNodes(controller: World, view: View): ApiError | undefined {
  const taken = new Set(controller.owned('/pods', view.set).map(nodeOf));
  return createOn(
    controller,
    view,
    wantedOn(view).filter(name => !taken.has(name)),
  );
}

function createOn(controller: World, view: View, names: readonly string[]): ApiError | undefined {
  for (const name of names) {
    const refusal = createPod(controller, view.set, podFor(view, name));
    if (refusal) return refusal;
  }
  return undefined;
}

function wantedOn(view: View): string[] {
  return view.nodes
    .filter(node => misfitOf(podFor(view, textAt(node, 'metadata', 'name')), node) === undefined)
    .map(node => textAt(node, 'metadata', 'name'));
}

function isCurrent({ revision }: View, pod: JsonObject): boolean {
  return textAt(pod, 'metadata', 'labels', revisionLabel) === revision;
}

/**
 * Replace Pods of an old template: either new ones come beside them first, as many as maxSurge says, or no more go at a
 * time than maxUnavailable leaves. Those that serve nobody go first and do not count.
 * https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/
 */
function rollOut(controller: World, view: View): ApiError | undefined {
  const wanted = wantedOn(view);
  const rolling = objectAt(view.set, 'spec', 'updateStrategy', 'rollingUpdate');
  const surge = countOf(rolling.maxSurge ?? 0, wanted.length, 'up');
  if (surge > 0) return surgeOver(controller, view, wanted, surge);
  const pods = controller.owned('/pods', view.set).filter(isActive);
  const serves = (pod: JsonObject) => isAvailable(pod, view.minReadySeconds, view.now);
  const outdated = pods.filter(pod => !isCurrent(view, pod));
  const limit = Math.max(1, countOf(rolling.maxUnavailable ?? 1, wanted.length, 'up'));
  let spare = limit - (wanted.length - pods.filter(serves).length);
  for (const pod of outdated.filter(each => !serves(each))) deletePod(controller, view.set, pod);
  for (const pod of outdated.filter(serves)) {
    if (spare-- <= 0) return undefined;
    deletePod(controller, view.set, pod);
  }
  return undefined;
}

/** An old Pod goes when the new one on its node serves, or when it does not serve itself. */
function surgeOver(
  controller: World,
  view: View,
  wanted: readonly string[],
  limit: number,
): ApiError | undefined {
  const serves = (pod: JsonObject) => isAvailable(pod, view.minReadySeconds, view.now);
  const byNode = Map.groupBy(controller.owned('/pods', view.set).filter(isActive), nodeOf);
  const urgent: string[] = [];
  const others: string[] = [];
  let spare = limit;
  for (const name of wanted) {
    const pods = byNode.get(name) ?? [];
    const current = pods.find(pod => isCurrent(view, pod));
    const old = pods.filter(pod => !isCurrent(view, pod));
    if (old.length === 0) continue;
    if (current && serves(current)) for (const pod of old) deletePod(controller, view.set, pod);
    else if (current) spare--;
    else if (old.some(serves)) others.push(name);
    else urgent.push(name);
  }
  return createOn(controller, view, [...urgent, ...others.slice(0, Math.max(0, spare))]);
}

/** Where two Pods share a node for a while, the older one speaks for it. */
function onePerNode(pods: readonly JsonObject[]): JsonObject[] {
  const born = (pod: JsonObject) => Date.parse(textAt(pod, 'metadata', 'creationTimestamp'));
  const version = (pod: JsonObject) => Number(textAt(pod, 'metadata', 'resourceVersion'));
  return [...Map.groupBy(pods, nodeOf).values()].map(
    all => all.sort((a, b) => born(a) - born(b) || version(a) - version(b))[0]!,
  );
}

function report(controller: World, view: View): number | undefined {
  const wanted = wantedOn(view);
  const pods = controller.owned('/pods', view.set).filter(isActive);
  const right = onePerNode(pods.filter(pod => wanted.includes(nodeOf(pod))));
  const { ready, available, next } = availabilityOf(right, view.minReadySeconds, view.now);
  controller.report(storage, view.set, {
    observedGeneration: objectAt(view.set, 'metadata').generation,
    currentNumberScheduled: right.length,
    desiredNumberScheduled: wanted.length,
    numberMisscheduled: new Set(pods.map(nodeOf).filter(name => !wanted.includes(name))).size,
    numberReady: ready,
    numberAvailable: available || undefined,
    numberUnavailable: wanted.length - available || undefined,
    updatedNumberScheduled: right.filter(pod => isCurrent(view, pod)).length || undefined,
  });
  return next;
}
