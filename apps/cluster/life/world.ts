import { equal, type JsonObject } from '@millrace/json';
import type { Api, Target, WriteOptions } from '../api/api.ts';
import { ApiError } from '../api/status.ts';
import { objectAt, textAt } from '../api/tree.ts';
import { asManager } from '../control/finalizers.ts';
import { type Entry, read } from '../store/entry.ts';
import type { StoreEvent } from '../store/history.ts';
import { createObject } from '../verbs/create.ts';
import { deleteObject } from '../verbs/delete.ts';
import { type Change, changeObject } from '../verbs/update.ts';
import { Timers } from './timers.ts';
import { type Visit, WorkQueue } from './work-queue.ts';

/** Brings one object closer to what it should be. */
export type Reconcile = ((object: JsonObject) => Visit) | ((object: JsonObject) => void);

/** What a simulated controller sees of the cluster and may do in it, under the name of the real one. */
export class World {
  readonly api: Api;
  /** The name of the controller that acts. */
  readonly manager: string;
  readonly #options: WriteOptions;
  readonly #log: (line: string) => void;
  readonly #timers: Timers;

  constructor(api: Api, manager: string, log: (line: string) => void, timers = new Timers()) {
    this.api = api;
    this.manager = manager;
    this.#options = asManager(manager);
    this.#log = log;
    this.#timers = timers;
  }

  /** The same world seen by another controller. */
  as(manager: string): World {
    return new World(this.api, manager, this.#log, this.#timers);
  }

  get(storage: string, namespace: string, name: string): JsonObject | undefined {
    const entry = this.api.store.get(storage, namespace, name);
    return entry && read(entry);
  }

  list(storage: string, namespace?: string): JsonObject[] {
    return this.api.store.list(storage, namespace).map(read);
  }

  /** The objects of a resource that a controller owns. */
  owned(storage: string, owner: JsonObject): JsonObject[] {
    return this.ownedEntries(storage, owner).map(read);
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
    const { namespace, name } = objectAt(object, 'metadata');
    const target = this.#target(storage, String(namespace ?? ''), String(name ?? ''));
    return createObject(this.api, target, object, this.#options);
  }

  change(storage: string, object: JsonObject, change: Change, subresource = ''): void {
    const target = { ...this.#targetOf(storage, object), subresource };
    this.#attempt(() => changeObject(this.api, target, change, this.#options));
  }

  /** Set fields of the status; those that are undefined go. Nothing is done where nothing would change. */
  report(storage: string, object: JsonObject, status: Record<string, JsonObject[string] | undefined>): void {
    const { namespace, name } = this.#targetOf(storage, object);
    const current = this.get(storage, namespace, name);
    if (!current || equal(merged(current, status), objectAt(current, 'status'))) return;
    const report = (fresh: JsonObject) => ({ ...fresh, status: merged(fresh, status) });
    this.change(storage, object, report, 'status');
  }

  delete(storage: string, object: JsonObject, gracePeriod?: number): void {
    const uid = textAt(object, 'metadata', 'uid');
    this.#attempt(() =>
      deleteObject(this.api, this.#targetOf(storage, object), {
        dryRun: false,
        uid,
        ...(gracePeriod !== undefined && { gracePeriod }),
      }),
    );
  }

  /** Act later, unless the cluster stops before. Answers with the way to call it off. */
  after(milliseconds: number, act: () => void): () => void {
    return this.#timers.after(milliseconds, () => this.#attempt(act));
  }

  /** Nothing happens any more: neither what was to happen later nor what changes would bring. */
  end(): void {
    this.#timers.end();
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
    const queue = new WorkQueue(this.#timers, key => {
      const [namespace = '', name = ''] = key.split('/');
      const object = this.get(storage, namespace, name);
      return object && (this.#attempt(() => reconcile(object)) ?? undefined);
    });
    for (const entry of this.api.store.list(storage)) queue.add(keyOf(entry));
    this.api.store.subscribe(event => {
      if (event.entry.resource === storage) queue.add(keyOf(event.entry));
      for (const key of concerns(event)) queue.add(key);
    });
  }

  #attempt<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      // The object went or changed in between: its event brings the controller back.
      const expected = error instanceof ApiError && [403, 404, 409].includes(error.code);
      if (!expected) this.#log(`simulation: ${(error as Error).stack ?? String(error)}`);
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
