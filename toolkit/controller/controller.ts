import { randomUUID } from 'node:crypto';
import {
  apiVersionOfKind,
  type CommonStatus,
  type Kind,
  names,
  parseResource,
  type Resource,
  type ResourceOf,
} from '@millrace/api';
import { equal, type Json, type JsonObject } from '@millrace/json';
import {
  isNotFound,
  isOlder,
  type KubeObject,
  type ObjectMeta,
  type WatchCache,
  withoutManagers,
} from '@millrace/kube';
import { clearStatus } from './clear-status.ts';
import { findCondition } from './conditions.ts';
import { Discretion } from './discretion.ts';
import { type EventRecorder, eventRecorder } from './events.ts';
import { editFinalizers } from './finalizers.ts';
import type { Logger } from './log.ts';
import type { ControllerMetrics } from './metrics.ts';
import { type EventNote, Failed, NotReady, type Outcome, Parked, Stalled } from './outcome.ts';
import { type Priority, WorkQueue } from './queue.ts';
import type { Controller, ControllerOptions, Environment, Reconciler, Visit } from './reconciler.ts';
import { failing, handled, isRequested, progressing, ready, waiting } from './status.ts';
import { StatusWriter } from './status-writer.ts';
import { visiting } from './visiting.ts';
import { Workers } from './workers.ts';

/** What came of a visit, as metrics tell it; `stalled` is an error that is not tried again. */
type Result = 'success' | 'error' | 'requeue_after' | 'stalled';

const defaults = { concurrency: 16, minRetryDelay: 750, maxRetryDelay: 15 * 60_000, intervalJitter: 0.05 };

/** Watch the objects of a kind and reconcile each when it or something that it depends on changes. */
export async function startController<K extends Kind>(
  reconciler: Reconciler<K>,
  environment: Environment,
  options: ControllerOptions = {},
): Promise<Controller<K>> {
  const settings = { ...defaults, ...options };
  const loop = new Loop(reconciler, environment, settings);
  await loop.start();
  return loop;
}

class Loop<K extends Kind> implements Controller<K> {
  readonly #reconciler: Reconciler<K>;
  readonly #environment: Environment;
  readonly #settings: ControllerOptions & typeof defaults;
  readonly #queue: WorkQueue;
  readonly #metrics: ControllerMetrics;
  readonly #stopped = new AbortController();
  readonly #recorder: EventRecorder;
  /** Objects as our own last write left them, until the watch has caught up. */
  readonly #written = new Map<string, ResourceOf<K>>();
  /** What ends the visit that is under way, by key. */
  readonly #visits = new Map<string, AbortController>();
  #workers: Workers | undefined;
  objects!: WatchCache<ResourceOf<K>>;

  /** By key: the last spec that was checked, with its defaults. */
  readonly #specs = new Map<
    string,
    Pick<ObjectMeta, 'uid' | 'generation'> & { spec: ResourceOf<K>['spec'] }
  >();

  constructor(
    reconciler: Reconciler<K>,
    environment: Environment,
    settings: ControllerOptions & typeof defaults,
  ) {
    this.#reconciler = reconciler;
    this.#environment = environment;
    this.#settings = settings;
    this.#metrics = environment.metrics.ofController(reconciler.name, settings.concurrency);
    this.#queue = new WorkQueue(() => this.#metrics.added());
    this.#recorder = eventRecorder(environment, reconciler.component);
  }

  async start(): Promise<void> {
    this.objects = this.#watch(this.#settings.labelSelector);
    this.objects.subscribe(({ key, before, after }) => this.#changed(key, before, after));
    await this.objects.synced();
    await this.#reconciler.start?.(this);
    const { concurrency } = this.#settings;
    this.#workers = new Workers(this.#queue, { concurrency, visit: key => this.#work(key) });
  }

  async everyone(): Promise<WatchCache<ResourceOf<K>>> {
    if (this.#settings.labelSelector === undefined) return this.objects;
    const all = this.#watch(undefined);
    await all.synced();
    return all;
  }

  #watch(labelSelector: string | undefined): WatchCache<ResourceOf<K>> {
    const { kind, indexes, name } = this.#reconciler;
    const { namespace } = this.#settings;
    const selection = { apiVersion: apiVersionOfKind(kind), kind: kind.kind, namespace, labelSelector };
    const project = (object: KubeObject) => withoutManagers(object) as ResourceOf<K>;
    const view = { name: `controller/${name}`, project, ...(indexes ? { indexes } : {}) };
    return this.#environment.watches.use(selection, view).cache;
  }

  wake(key: string, priority: Priority = 'normal'): void {
    if (this.objects.get(key)) this.#queue.add(key, priority);
  }

  async stop(): Promise<void> {
    this.#queue.close();
    this.#stopped.abort(new DOMException('the controller is stopping', 'AbortError'));
    await Promise.all([this.#workers?.ended(), this.#reconciler.stop?.()]);
    await Promise.race([this.#recorder.flush(), new Promise(resolve => setTimeout(resolve, 2000).unref())]);
  }

  /** What only reports, our own status writes above all, is no reason for a visit. */
  #changed(key: string, before: ResourceOf<K> | undefined, after: ResourceOf<K> | undefined): void {
    const written = this.#written.get(key);
    if (written && !isOlder(after?.metadata.resourceVersion, written.metadata.resourceVersion))
      this.#written.delete(key);
    // Whatever is being done for an object that goes, its deletion does not wait for it.
    if (after?.metadata.deletionTimestamp !== before?.metadata.deletionTimestamp || !after)
      this.#visits.get(key)?.abort(new DOMException('the object is being deleted', 'AbortError'));
    if (!after) {
      this.#queue.forget(key);
      this.#written.delete(key);
      this.#specs.delete(key);
      this.#reconciler.forget?.(key);
      return;
    }
    if (!before) {
      this.#queue.add(key, 'low');
      return;
    }
    const meaningful =
      before.metadata.generation !== after.metadata.generation ||
      before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
      before.metadata.annotations?.[names.requestedAt] !== after.metadata.annotations?.[names.requestedAt];
    if (meaningful) this.#queue.add(key, 'high');
  }

  async #work(key: string): Promise<void> {
    const ended = this.#metrics.began(this.#queue.waited(key));
    const { high, normal, low } = this.#queue.depths;
    // controller-runtime numbers its priorities.
    this.#metrics.depth({ 100: high, 0: normal, '-100': low });
    let result: Result = 'success';
    const ending = new AbortController();
    this.#visits.set(key, ending);
    try {
      result = await this.#visit(key, AbortSignal.any([this.#stopped.signal, ending.signal]));
    } catch (error) {
      if (this.#stopped.signal.aborted || ending.signal.aborted) return;
      result = 'requeue_after';
      if (error instanceof Parked) return this.#queue.addAfter(key, error.wakeAfter, 'normal');
      result = 'error';
      this.#metrics.retried();
      const [namespace, name = ''] = key.split('/');
      this.#logOf({ name, namespace }).error({ error }, 'Reconciler error');
      this.#queue.addAfterFailure(key, this.#settings.minRetryDelay, this.#settings.maxRetryDelay);
    } finally {
      this.#visits.delete(key);
      ended(result === 'stalled' ? 'error' : result, result === 'stalled');
    }
  }

  async #visit(key: string, signal: AbortSignal): Promise<Result> {
    const object = this.#latest(key);
    if (!object) return 'success';
    const { kind, metadata } = object;
    const { name, namespace = '' } = metadata;
    return visiting.run({ kind, name, namespace }, () => this.#visitObject(key, object, signal));
  }

  async #visitObject(key: string, object: ResourceOf<K>, signal: AbortSignal): Promise<Result> {
    if (object.metadata.deletionTimestamp) return this.#finalize(key, object, signal);
    if (this.#reconciler.isStatic?.(object)) return this.#leave(key, object, signal);
    if (!object.metadata.finalizers?.includes(this.#finalizer)) {
      // Another process may have been quicker: the name stands in the list once.
      const guard = (list: string[]) => [...new Set([...list, this.#finalizer])];
      const guarded = await editFinalizers(this.#environment.client, object, this.#fieldManager, guard);
      return this.#reconcile(key, guarded, signal);
    }
    return this.#reconcile(key, object, signal);
  }

  /** The watch may still show the object as it was before our own last write. */
  #latest(key: string): ResourceOf<K> | undefined {
    const cached = this.objects.get(key);
    const written = this.#written.get(key);
    if (!cached || !written || written.metadata.uid !== cached.metadata.uid) return cached;
    if (isOlder(cached.metadata.resourceVersion, written.metadata.resourceVersion)) return written;
    this.#written.delete(key);
    return cached;
  }

  async #reconcile(key: string, object: ResourceOf<K>, signal: AbortSignal): Promise<Result> {
    const spec = object.spec as { suspend?: boolean };
    if (spec.suspend && !this.#reconciler.isUnderWay?.(object)) return this.#rest(key, object);
    const started = performance.now();
    const writer = new StatusWriter(this.#environment.client, this.#fieldManager, object);
    const visit = this.#visitOf(object, writer, signal);
    let result: Result;
    try {
      const outcome = await this.#attempt(key, object, visit);
      visit.signal.throwIfAborted();
      result = this.#settle(key, outcome, writer, visit.discretion);
    } catch (error) {
      if (signal.aborted) return 'success';
      result = error instanceof Parked ? this.#park(key, error) : this.#fail(key, error, writer, visit);
    }
    await this.#keep(key, writer);
    this.#measure(object, started);
    return result;
  }

  /** The object has become one that is not reconciled: nothing is left of what was done for it. */
  async #leave(key: string, object: ResourceOf<K>, signal: AbortSignal): Promise<Result> {
    if ((object.spec as { suspend?: boolean }).suspend) return 'success';
    const result = await this.#finalize(key, object, signal);
    await clearStatus(this.#environment.client, object, this.#fieldManager);
    return result;
  }

  /** Nothing is done for a suspended object; of some kinds it is said that this has been seen. */
  async #rest(key: string, object: ResourceOf<K>): Promise<Result> {
    const seen = this.#reconciler.suspended?.(object) ?? {};
    const before = (object.status ?? {}) as JsonObject;
    if (equal({ ...before, ...seen } as Json, before as Json)) return 'success';
    const writer = new StatusWriter(this.#environment.client, this.#fieldManager, object);
    writer.say({ ...before, ...seen });
    await this.#keep(key, writer);
    return 'success';
  }

  async #attempt(key: string, object: ResourceOf<K>, visit: Visit): Promise<Outcome> {
    let parsed: ResourceOf<K>;
    try {
      parsed = this.#parsed(key, object);
    } catch (error) {
      throw new Stalled('InvalidSpec', messageOf(error), { cause: error });
    }
    return this.#reconciler.reconcile(parsed, visit);
  }

  /** A spec is checked once: another one has another generation. Nobody changes what a visit is given. */
  #parsed(key: string, object: ResourceOf<K>): ResourceOf<K> {
    const { uid, generation } = object.metadata;
    const known = this.#specs.get(key);
    if (known && generation && known.generation === generation && known.uid === uid)
      return { ...object, spec: known.spec };
    const parsed = parseResource(this.#reconciler.kind, object);
    this.#specs.set(key, { uid, generation, spec: parsed.spec });
    return parsed;
  }

  #settle(
    key: string,
    outcome: Outcome,
    writer: StatusWriter<ResourceOf<K>>,
    discretion: Discretion,
  ): Result {
    const now = new Date();
    const object = writer.object;
    // What goes on elsewhere may fail as the last time: only what came to a good end is one.
    if (outcome.kind !== 'waiting') this.#queue.forgetFailures(key);
    if (outcome.kind === 'waiting') {
      writer.say(waiting(object, outcome, now));
      this.#queue.addAfter(key, outcome.wakeAfter, 'normal');
      this.#record(object, outcome.events, discretion);
      return 'requeue_after';
    }
    if (outcome.kind === 'ready') {
      writer.say(ready(object, outcome, now));
      this.#record(object, outcome.events, discretion);
    } else if (isRequested(object)) {
      writer.say({ ...(object.status as object), ...handled(object) });
    }
    if (outcome.requeueAfter !== undefined) this.#queue.addAfter(key, this.#jittered(outcome.requeueAfter));
    return 'success';
  }

  /** Nothing has come of the visit yet, and nothing is said. */
  #park(key: string, { wakeAfter }: Parked): Result {
    this.#queue.addAfter(key, wakeAfter, 'normal');
    return 'requeue_after';
  }

  /** Every error ends here: as conditions, an event, a log line and the time of the next try. */
  #fail(key: string, error: unknown, writer: StatusWriter<ResourceOf<K>>, visit: Visit): Result {
    const known =
      error instanceof Failed ? error : new Failed(this.#reconciler.defaultReason, messageOf(error));
    const failure = visit.discretion.failure(known);
    const object = writer.object;
    const status = failing(object, failure, new Date());
    writer.say(status);
    this.#tell(object, failure, visit);
    if (failure instanceof Stalled) return 'stalled';
    this.#metrics.retried();
    const { minRetryDelay, maxRetryDelay } = this.#settings;
    if (failure.options.retryAfter === undefined)
      this.#queue.addAfterFailure(key, minRetryDelay, maxRetryDelay);
    else this.#queue.addAfter(key, failure.options.retryAfter);
    return 'error';
  }

  /** What is not ready yet is told once, failures every time. */
  #tell(before: ResourceOf<K>, failure: Failed, { discretion, log }: Visit): void {
    const waits = failure instanceof NotReady;
    const { events = [], metadata, note: words = failure.message } = failure.options;
    const said = findCondition((before.status as CommonStatus | undefined)?.conditions, names.ready);
    const again = waits && said?.reason === failure.reason && said.message === failure.message;
    const note: EventNote = {
      severity: waits ? 'info' : 'error',
      reason: failure.reason,
      message: words || failure.message,
      ...(metadata ? { metadata } : {}),
    };
    this.#record(before, again || words === false ? events : [...events, note], discretion);
    if (waits) log.info(note.message);
    else
      log.error(
        { error: failure },
        failure instanceof Stalled ? 'Reconciliation stalled' : 'Reconciliation failed',
      );
  }

  async #finalize(key: string, object: ResourceOf<K>, signal: AbortSignal): Promise<Result> {
    if (!object.metadata.finalizers?.includes(this.#finalizer)) return 'success';
    const writer = new StatusWriter(this.#environment.client, this.#fieldManager, object);
    const visit = this.#visitOf(object, writer, signal);
    const outcome = await this.#reconciler.finalize(object, visit);
    this.#record(object, outcome.events, visit.discretion);
    if (outcome.kind === 'waiting') {
      if (outcome.conditions) writer.say(waiting(object, outcome, new Date()));
      await this.#keep(key, writer);
      this.#queue.addAfter(key, outcome.wakeAfter, 'normal');
      return 'requeue_after';
    }
    const rest = (list: string[]) => list.filter(name => name !== this.#finalizer);
    await editFinalizers(this.#environment.client, object, this.#fieldManager, rest).catch(error => {
      if (!isNotFound(error)) throw error;
    });
    return 'success';
  }

  #visitOf(object: ResourceOf<K>, writer: StatusWriter<ResourceOf<K>>, signal: AbortSignal): Visit {
    const log = this.#logOf(object.metadata);
    const discretion = new Discretion();
    return {
      discretion,
      signal,
      note: event => this.#record(object, [event], discretion),
      mention: (message, more = {}) => log.info(more, discretion.plain(message)),
      requested: isRequested(object),
      log,
      progress: (message, status) => writer.mention(progressing(writer.object, message, new Date(), status)),
      settled: async () => void (await writer.settled()),
    };
  }

  /** With the fields that controller-runtime gives to lines about an object. */
  #logOf({ name, namespace }: { name: string; namespace?: string | undefined }): Logger {
    const { kind, name: controller } = this.#reconciler;
    return this.#environment.log.child({
      controller,
      controllerGroup: kind.group,
      controllerKind: kind.kind,
      [kind.kind]: { name, namespace },
      namespace,
      name,
      reconcileID: randomUUID(),
    });
  }

  async #keep(key: string, writer: StatusWriter<ResourceOf<K>>): Promise<void> {
    try {
      this.#written.set(key, await writer.settled());
    } catch (error) {
      // The object went away meanwhile, or was made anew under its name: the watch tells.
      if (!isNotFound(error)) throw error;
    }
  }

  /** Under which the controller writes to its own objects. */
  get #fieldManager(): string {
    return this.#reconciler.statusManager ?? this.#reconciler.component;
  }

  get #finalizer(): string {
    return this.#reconciler.finalizer ?? names.finalizer;
  }

  #record(object: Resource, events: EventNote[] = [], discretion: Discretion): void {
    for (const event of events) this.#recorder.record(object, discretion.note(event));
  }

  #jittered(interval: number): number {
    return interval * (1 + this.#settings.intervalJitter * (2 * Math.random() - 1));
  }

  #measure(object: KubeObject, started: number): void {
    const seconds = (performance.now() - started) / 1000;
    const { name, namespace = '' } = object.metadata;
    this.#environment.metrics.reconcileDuration.observe({ kind: object.kind, name, namespace }, seconds);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
