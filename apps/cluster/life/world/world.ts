import { equal, type JsonObject } from '@millrace/json';
import { Unanswered } from '../../admission/replay.ts';
import type { Api, Target } from '../../api/api.ts';
import { ApiError } from '../../api/status.ts';
import { objectAt, textAt } from '../../api/tree.ts';
import { type Component, componentOf } from '../../control/component.ts';
import type { ControlPlane } from '../../control/control-plane.ts';
import { dropFinalizer } from '../../control/finalizers.ts';
import { firstRetry, lastRetry, type Visit, WorkQueue } from '../../control/work-queue.ts';
import { type Entry, read } from '../../store/entry.ts';
import type { StoreEvent } from '../../store/history.ts';
import type { Change } from '../../verbs/update.ts';
import { seen } from './parsed.ts';

const pods = '/pods';

/** Brings one object closer to what it should be. */
export type Reconcile = ((object: JsonObject) => Visit) | ((object: JsonObject) => void);

/** What a simulated controller sees of the cluster and may do in it, under the name of the real one. */
export class World {
  readonly api: Api;
  /** Who acts. */
  readonly component: Component;
  readonly #plane: ControlPlane;

  constructor(plane: ControlPlane, component: Component) {
    this.api = plane.api;
    this.component = component;
    this.#plane = plane;
  }

  /** The same world seen by another controller. */
  as(component: string | Component): World {
    return new World(this.#plane, typeof component === 'string' ? componentOf(component) : component);
  }

  get(storage: string, namespace: string, name: string): JsonObject | undefined {
    const entry = this.api.store.get(storage, namespace, name);
    return entry && read(entry);
  }

  list(storage: string, namespace?: string): JsonObject[] {
    return this.api.store.list(storage, namespace).map(read);
  }

  /** The objects of a resource that a controller owns. They must not be changed. */
  owned(storage: string, owner: JsonObject): readonly JsonObject[] {
    return this.ownedEntries(storage, owner).map(seen);
  }

  /** The same, unread. */
  ownedEntries(storage: string, owner: JsonObject): Entry[] {
    const all = this.api.store.ownedBy(textAt(owner, 'metadata', 'uid'));
    return all.filter(entry => entry.resource === storage);
  }

  create(storage: string, object: JsonObject): JsonObject | undefined {
    return this.#attempt(() => this.#create(storage, object));
  }

  /** The same for a controller that must tell of a refusal: by admission, or because the object breaks a rule. */
  createOrRefusal(storage: string, object: JsonObject): JsonObject | ApiError {
    try {
      return this.#create(storage, object);
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
  }

  #create(storage: string, object: JsonObject): JsonObject {
    if (storage === pods) this.#plane.population?.requireRoom(object);
    const { namespace, name } = objectAt(object, 'metadata');
    const target = this.#target(storage, String(namespace ?? ''), String(name ?? ''));
    return this.#plane.create(this.component, target, object);
  }

  /** Answers false when it was refused. */
  change(storage: string, object: JsonObject, change: Change, subresource = ''): boolean {
    const target = { ...this.#targetOf(storage, object), subresource };
    return this.#attempt(() => this.#plane.change(this.component, target, change)) !== undefined;
  }

  /**
   * Set fields of the status; those that are undefined go. Nothing is done where nothing would change. Answers false
   * when it was refused.
   */
  report(
    storage: string,
    object: JsonObject,
    status: Record<string, JsonObject[string] | undefined>,
  ): boolean {
    const { namespace, name } = this.#targetOf(storage, object);
    const current = this.get(storage, namespace, name);
    if (!current || equal(merged(current, status), objectAt(current, 'status'))) return true;
    const report = (fresh: JsonObject) => ({ ...fresh, status: merged(fresh, status) });
    return this.change(storage, object, report, 'status');
  }

  /** Change how many replicas an object wants. Answers false when it was refused. */
  scale(storage: string, object: JsonObject, replicas: number): boolean {
    const target = this.#targetOf(storage, object);
    return this.#attempt(() => this.#plane.scale(this.component, target, replicas)) !== undefined;
  }

  delete(storage: string, object: JsonObject, gracePeriod?: number): void {
    const uid = textAt(object, 'metadata', 'uid');
    const target = this.#targetOf(storage, object);
    const how = { uid, ...(gracePeriod !== undefined && { gracePeriod }) };
    this.#attempt(() => this.#plane.delete(this.component, target, how));
  }

  /** Take a finalizer from an object as it is now. Answers false when it was refused. */
  dropFinalizer(entry: Entry, finalizer: string): boolean {
    const drop = () => {
      dropFinalizer(this.#plane, this.component, entry, finalizer);
      return true;
    };
    return this.#attempt(drop) ?? false;
  }

  /** Do something beside the visit, which neither waits for it nor is made again because of it. */
  aside(act: () => void): void {
    const before = this.#plane.refusals;
    try {
      act();
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      void error.answered.then(() => this.aside(act));
    }
    this.#plane.refusals = before;
  }

  /**
   * Act later, unless the cluster stops before; again, and ever later, as long as what it wants is refused. Answers with
   * the way to call the first time off.
   */
  after(milliseconds: number, act: () => void, retry = firstRetry): () => void {
    const attempt = () => {
      const before = this.#plane.refusals;
      this.#attempt(act);
      if (this.#plane.refusals > before) this.after(retry, act, Math.min(2 * retry, lastRetry));
    };
    const { timers, turns } = this.#plane;
    let off = false;
    const work = () => {
      if (!off && !timers.ended) this.aside(attempt);
      return false;
    };
    const cancel = timers.after(milliseconds, () => turns.take(work));
    return () => {
      off = true;
      cancel();
    };
  }

  /**
   * Keep objects of a resource as a controller wants them: `reconcile` runs once for every object at start and after
   * changes of what concerns it, a burst of changes being one visit, and when its last answer asked for another one.
   * `concerns` tells for an event on another resource which object to look at, as `namespace/name`.
   */
  reconcile(
    storage: string,
    reconcile: Reconcile,
    concerns: (event: StoreEvent) => readonly string[] = () => [],
  ): void {
    const queue = new WorkQueue(this.#plane, key => {
      const [namespace = '', name = ''] = key.split('/');
      const object = this.get(storage, namespace, name);
      return object && this.#visit(reconcile, object, () => queue.add(key));
    });
    for (const entry of this.api.store.list(storage)) queue.add(keyOf(entry));
    this.api.store.subscribe(event => {
      if (event.entry.resource === storage) queue.add(keyOf(event.entry));
      for (const key of concerns(event)) queue.add(key);
    });
  }

  #visit(reconcile: Reconcile, object: JsonObject, again: () => void): Visit {
    const before = this.#plane.refusals;
    try {
      const next = this.#attempt(() => reconcile(object)) ?? undefined;
      return this.#plane.refusals > before ? 'retry' : next;
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      void error.answered.then(again);
      return undefined;
    }
  }

  /** Throws Unanswered: then all that led here is to be done again. */
  #attempt<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      if (error instanceof Unanswered) throw error;
      // An object that went brings the controller back by its event; what was refused may not be for ever.
      const code = error instanceof ApiError ? error.code : 500;
      if (code !== 404) this.#plane.refusals++;
      if ([403, 404, 409].includes(code)) return undefined;
      // What a policy or webhook refuses has no stack worth reading.
      const what = error instanceof ApiError ? error.message : ((error as Error).stack ?? String(error));
      this.#plane.log(`simulation: ${this.component.name}: ${what}`);
      return undefined;
    }
  }

  #targetOf(storage: string, object: JsonObject): Target {
    return this.#target(storage, textAt(object, 'metadata', 'namespace'), textAt(object, 'metadata', 'name'));
  }

  #target(storage: string, namespace: string, name: string): Target {
    return { resource: this.api.registry.stored(storage)!, namespace, name, subresource: '' };
  }
}

function merged(object: JsonObject, status: Record<string, JsonObject[string] | undefined>): JsonObject {
  const all: JsonObject = { ...objectAt(object, 'status') };
  for (const [key, value] of Object.entries(status)) {
    if (value === undefined) delete all[key];
    else all[key] = value;
  }
  return all;
}

export function keyOf({ namespace, name }: Pick<Entry, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}
