import type { JsonObject } from '@millrace/json';
import { parseQuantity } from '../../admission/builtin/quantity.ts';
import { timestamp } from '../../api/api.ts';
import { type Condition, withConditions } from '../../api/conditions.ts';
import type { Labels } from '../../api/label-selector.ts';
import { childOf, objectAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';
import { type Entry, read } from '../../store/entry.ts';
import type { StoreEvent } from '../../store/history.ts';
import { record } from '../world/recorder.ts';
import { keyOf, type World } from '../world/world.ts';
import { chooseNode, claimProblem, volumeMisfit } from './claim-binding.ts';
import { Neighbours } from './neighbours.ts';
import { Occupancy, type Occupant, occupantOf } from './occupancy.ts';
import { misfitOf } from './placement.ts';

const pods = '/pods';
const nodes = '/nodes';
const claims = '/persistentvolumeclaims';

/** Why a node does not take a Pod. */
interface Misfit {
  readonly reasons: readonly string[];
  /** Whether it would if other Pods went. */
  readonly isForOthers: boolean;
}

/** Gives each Pod a node that suits it, the nodes in turn. Pods that none suits wait for something to change. */
export class Scheduler {
  readonly #world: World;
  readonly #waiting = new Set<string>();
  readonly #known = new WeakMap<Entry, JsonObject>();
  readonly #occupancy: Occupancy;
  #turn = 0;

  constructor(world: World) {
    this.#world = world.as('default-scheduler');
    this.#occupancy = new Occupancy(world.api.store);
  }

  /** Assign a node to a Pod that has none yet, or tell why there is none. */
  schedule(pod: JsonObject): void {
    const key = keyOf({
      namespace: textAt(pod, 'metadata', 'namespace'),
      name: textAt(pod, 'metadata', 'name'),
    });
    this.#waiting.delete(key);
    if (textAt(pod, 'spec', 'schedulerName') !== 'default-scheduler') return;
    if (objectsAt(pod, 'spec', 'schedulingGates').length > 0) gated(this.#world, pod);
    else if (!this.#place(pod)) this.#waiting.add(key);
  }

  /** Answers false when the Pod has to wait. */
  #place(pod: JsonObject): boolean {
    const all = this.#nodes();
    const problem = claimProblem(this.#world, pod);
    if (problem) {
      refuse(this.#world, pod, unplaceable(all.length, problem));
      return false;
    }
    const misfits = this.#misfits(pod, all);
    const fitting = all.filter((_, i) => misfits[i] === undefined);
    const node = fitting[this.#turn++ % (fitting.length || 1)];
    if (!node) {
      refuse(this.#world, pod, messageOf(misfits as Misfit[]));
      return false;
    }
    const name = textAt(node, 'metadata', 'name');
    if (chooseNode(this.#world, pod, name)) return false;
    this.#assign(pod, name);
    return true;
  }

  /** The Pods that a change may help. Nodes report that they are alive all the time, which helps nobody. */
  concerned({ type, entry, previous }: StoreEvent): readonly string[] {
    if (this.#waiting.size === 0) return [];
    const helps =
      entry.resource === claims ||
      (entry.resource === nodes && changesPlacement(entry, previous)) ||
      (entry.resource === pods && (type === 'DELETED' || /"phase":"(Succeeded|Failed)"/.test(entry.json)));
    return helps ? [...this.#waiting] : [];
  }

  #misfits(pod: JsonObject, all: readonly JsonObject[]): (Misfit | undefined)[] {
    const self = occupantOf(pod, '');
    const labels = new Map(
      all.map(node => [textAt(node, 'metadata', 'name'), objectAt(node, 'metadata', 'labels') as Labels]),
    );
    const neighbours = new Neighbours(pod, self, this.#occupancy, labels);
    return all.map(node => {
      const own = misfitOf(pod, node);
      if (own) return { reasons: [own], isForOthers: false };
      const volume = volumeMisfit(this.#world, pod, node);
      if (volume) return { reasons: [volume], isForOthers: false };
      const lacking = this.#lacking(self, node);
      if (lacking.length > 0) return { reasons: lacking, isForOthers: true };
      const near = neighbours.misfitOn(textAt(node, 'metadata', 'name'));
      return near === undefined ? undefined : { reasons: [near], isForOthers: true };
    });
  }

  /** What a node has too little of; of what it does not declare it has any amount, but for extended resources. */
  #lacking({ requests, ports }: Occupant, node: JsonObject): string[] {
    const name = textAt(node, 'metadata', 'name');
    const allocatable = objectAt(node, 'status', 'allocatable');
    const lacking: string[] = [];
    for (const [resource, amount] of requests) {
      const declared = allocatable[resource];
      if (amount === 0n || (declared === undefined && !resource.includes('/'))) continue;
      if (this.#occupancy.used(name, resource) + amount <= parseQuantity(declared).nano) continue;
      lacking.push(resource === 'pods' ? 'Too many pods' : `Insufficient ${resource}`);
    }
    if (ports.length > 0) {
      const taken = [...this.#occupancy.all()].filter(other => other.node === name);
      if (taken.some(other => other.ports.some(port => ports.includes(port))))
        lacking.push("node(s) didn't have free ports for the requested pod ports");
    }
    return lacking;
  }

  #assign(pod: JsonObject, node: string): void {
    const bind = (current: JsonObject) => {
      childOf(current, 'spec').nodeName = node;
      return current;
    };
    if (!this.#world.change(pods, pod, bind)) return;
    this.#occupancy.place(textAt(pod, 'metadata', 'uid'), occupantOf(pod, node));
    const place = `${textAt(pod, 'metadata', 'namespace')}/${textAt(pod, 'metadata', 'name')}`;
    const message = `Successfully assigned ${place} to ${node}`;
    record(this.#world, pod, { type: 'Normal', reason: 'Scheduled', message });
  }

  #nodes(): JsonObject[] {
    return this.#world.api.store.list(nodes).map(entry => {
      let node = this.#known.get(entry);
      if (!node) this.#known.set(entry, (node = read(entry)));
      return node;
    });
  }
}

function changesPlacement(entry: Entry, previous: Entry | undefined): boolean {
  if (!previous) return true;
  const of = (object: JsonObject, labels: Labels) =>
    JSON.stringify([object.spec, valueAt(object, 'status', 'allocatable'), labels]);
  return of(read(entry), entry.labels) !== of(read(previous), previous.labels);
}

/** A Pod may be held back on purpose: https://kubernetes.io/docs/concepts/scheduling-eviction/pod-scheduling-readiness/ */
function gated(scheduler: World, pod: JsonObject): void {
  const message = 'Scheduling is blocked due to non-empty scheduling gates';
  report(scheduler, pod, 'SchedulingGated', message);
}

function refuse(scheduler: World, pod: JsonObject, message: string): void {
  if (report(scheduler, pod, 'Unschedulable', message))
    record(scheduler, pod, { type: 'Warning', reason: 'FailedScheduling', message });
}

/** Answers true when it is news. */
function report(scheduler: World, pod: JsonObject, reason: string, message: string): boolean {
  const condition: Condition = { type: 'PodScheduled', status: 'False', reason, message };
  const conditions = withConditions(pod, [condition], timestamp(scheduler.api.now()));
  if (JSON.stringify(conditions) === JSON.stringify(valueAt(pod, 'status', 'conditions'))) return false;
  return scheduler.report(pods, pod, { conditions });
}

/** How many nodes there are each of some kind, as in `1 Insufficient cpu, 2 node(s) were unschedulable`. */
function tally(words: readonly string[]): string {
  return [...Map.groupBy(words, word => word)]
    .map(([word, all]) => `${all.length} ${word}`)
    .sort()
    .join(', ');
}

const helpless = 'Preemption is not helpful for scheduling';

function messageOf(misfits: readonly Misfit[]): string {
  const count = misfits.length;
  if (count === 0) return 'no nodes available to schedule pods';
  const none = `0/${count} nodes are available: `;
  const preemption = misfits.map(({ isForOthers }) =>
    isForOthers ? 'No preemption victims found for incoming pod' : helpless,
  );
  return `${none}${tally(misfits.flatMap(({ reasons }) => reasons))}. preemption: ${none}${tally(preemption)}.`;
}

function unplaceable(count: number, why: string): string {
  const none = `0/${count} nodes are available: `;
  return `${none}${why}. preemption: ${none}${count} ${helpless}.`;
}
