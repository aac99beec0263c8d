import type { JsonObject } from '@millrace/json';
import { timestamp } from '../api/api.ts';
import { type Condition, withConditions } from '../api/conditions.ts';
import { childOf, objectsAt, textAt } from '../api/tree.ts';
import { type Entry, read } from '../store/entry.ts';
import type { StoreEvent } from '../store/history.ts';
import { misfitOf } from './placement.ts';
import { record } from './recorder.ts';
import { keyOf, type World } from './world.ts';

const pods = '/pods';
const nodes = '/nodes';

/** Gives each Pod a node that suits it, the nodes in turn. Pods that none suits wait for the nodes to change. */
export class Scheduler {
  readonly #world: World;
  readonly #waiting = new Set<string>();
  readonly #known = new WeakMap<Entry, JsonObject>();
  #turn = 0;

  constructor(world: World) {
    this.#world = world.as('default-scheduler');
  }

  /** Assign a node to a Pod that has none yet, or tell why there is none. */
  schedule(pod: JsonObject): void {
    const key = keyOf({
      namespace: textAt(pod, 'metadata', 'namespace'),
      name: textAt(pod, 'metadata', 'name'),
    });
    this.#waiting.delete(key);
    if (textAt(pod, 'spec', 'schedulerName') !== 'default-scheduler') return;
    if (objectsAt(pod, 'spec', 'schedulingGates').length > 0) return;
    const all = this.#nodes();
    const misfits = all.map(node => misfitOf(pod, node));
    const fitting = all.filter((_, i) => misfits[i] === undefined);
    const node = fitting[this.#turn++ % (fitting.length || 1)];
    if (node) {
      assign(this.#world, pod, textAt(node, 'metadata', 'name'));
      return;
    }
    this.#waiting.add(key);
    refuse(this.#world, pod, misfits as string[]);
  }

  /** The Pods that a change of a node may help. Nodes report that they are alive all the time, which helps nobody. */
  concerned({ entry, previous }: StoreEvent): readonly string[] {
    if (entry.resource !== nodes || this.#waiting.size === 0) return [];
    return changesPlacement(entry, previous) ? [...this.#waiting] : [];
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
  const [now, before] = [read(entry), read(previous)];
  return JSON.stringify([now.spec, entry.labels]) !== JSON.stringify([before.spec, previous.labels]);
}

function assign(scheduler: World, pod: JsonObject, node: string): void {
  scheduler.change(pods, pod, current => {
    childOf(current, 'spec').nodeName = node;
    return current;
  });
  const place = `${textAt(pod, 'metadata', 'namespace')}/${textAt(pod, 'metadata', 'name')}`;
  const message = `Successfully assigned ${place} to ${node}`;
  record(scheduler, pod, { type: 'Normal', reason: 'Scheduled', message });
}

function refuse(scheduler: World, pod: JsonObject, misfits: readonly string[]): void {
  const message = messageOf(misfits);
  const condition: Condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
  const conditions = withConditions(pod, [condition], timestamp(scheduler.api.now()));
  if (JSON.stringify(conditions) === JSON.stringify((pod.status as JsonObject | undefined)?.conditions))
    return;
  scheduler.report(pods, pod, { conditions });
  record(scheduler, pod, { type: 'Warning', reason: 'FailedScheduling', message });
}

function messageOf(misfits: readonly string[]): string {
  const count = misfits.length;
  if (count === 0) return 'no nodes available to schedule pods';
  const reasons = [...Map.groupBy(misfits, misfit => misfit)].map(
    ([misfit, all]) => `${all.length} ${misfit}`,
  );
  const none = `0/${count} nodes are available: `;
  return `${none}${reasons.sort().join(', ')}. preemption: ${none}${count} Preemption is not helpful for scheduling.`;
}
