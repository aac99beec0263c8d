import { createHash } from 'node:crypto';
import type { JsonObject } from '@millrace/json';
import type { Access } from '../access/access.ts';
import type { Admission, Operation } from '../admission/admission.ts';
import { Replay, Unanswered } from '../admission/replay.ts';
import { concernedBy, inTurn, type Judges, withAdmission } from '../admission/reviewed-write.ts';
import type { Api, Target, WriteOptions } from '../api/api.ts';
import { ApiError } from '../api/status.ts';
import { read } from '../store/entry.ts';
import { StoreFailed } from '../store/store.ts';
import { createObject } from '../verbs/create.ts';
import { type DeleteOptions, type Deletion, deleteObject } from '../verbs/delete.ts';
import { changeScale } from '../verbs/scale.ts';
import { type Change, changeObject } from '../verbs/update.ts';
import type { Component } from './component.ts';
import type { Population } from './population.ts';
import { Timers } from './timers.ts';
import { Turns } from './turns.ts';
import { firstRetry, lastRetry } from './work-queue.ts';

/** Those who have a say in writes, and what users may do, which policies can ask about. */
export type Gatekeepers = Judges & { readonly access: Access };

/** A write that was begun and not tried again for this long is forgotten, in milliseconds. */
const patience = 60_000;

/**
 * How the parts of the control plane write: past RBAC, which grants them all they need, and under the eyes of admission
 * as users do.
 *
 * Controllers compute and write in one go, so they cannot wait for a webhook. A write that needs its answer stops with
 * Unanswered, the controller's visit with it, and the visit is made again when the answer is there.
 */
export class ControlPlane {
  readonly api: Api;
  readonly timers: Timers;
  readonly turns = new Turns();
  readonly log: (line: string) => void;
  /** How many Pods there may be; undefined for any number. */
  population: Population | undefined;
  /** How often something that a component did not insist on was refused. */
  refusals = 0;
  readonly #gate: Gatekeepers | undefined;
  readonly #begun = new Map<string, { readonly replay: Replay; forget(): void }>();

  constructor(api: Api, gate?: Gatekeepers, log: (line: string) => void = () => {}, timers = new Timers()) {
    this.api = api;
    this.timers = timers;
    this.#gate = gate;
    this.log = log;
  }

  /** Throws Unanswered, and ApiError as createObject does. The tree is consumed. */
  create(by: Component, target: Target, object: JsonObject): JsonObject {
    const key = () => `${by.name} create ${placeOf(target)} ${contentKey(object)}`;
    return this.#write(by, 'CREATE', target, key, options =>
      createObject(this.api, target, options.admission ? structuredClone(object) : object, options),
    );
  }

  /** Throws Unanswered, and ApiError as changeObject does. */
  change(by: Component, target: Target, change: Change): JsonObject {
    const key = () => `${by.name} change ${placeOf(target)} ${this.#changeKey(target, change)}`;
    return this.#write(by, 'UPDATE', target, key, options => changeObject(this.api, target, change, options));
  }

  /** Change the number of replicas by the scale subresource. Throws Unanswered, and ApiError as changeScale does. */
  scale(by: Component, object: Target, replicas: number): JsonObject {
    const target = { ...object, subresource: 'scale' };
    const key = () => `${by.name} scale ${placeOf(target)} ${replicas}`;
    const change = (scale: JsonObject) => ({ ...scale, spec: { replicas } });
    return this.#write(by, 'UPDATE', target, key, options => changeScale(this.api, target, change, options));
  }

  /** Throws Unanswered, and ApiError as deleteObject does. */
  delete(by: Component, target: Target, how: Omit<DeleteOptions, 'dryRun' | 'admission'> = {}): Deletion {
    const key = () => `${by.name} delete ${placeOf(target)}`;
    return this.#write(by, 'DELETE', target, key, ({ admission }) =>
      deleteObject(this.api, target, { ...how, dryRun: false, ...(admission && { admission }) }),
    );
  }

  /** Do what must be done in the end: again when an answer is there, and later when it is refused. */
  persist(act: () => void, retry = firstRetry): void {
    if (this.timers.ended) return;
    try {
      act();
    } catch (error) {
      if (error instanceof Unanswered) void error.answered.then(() => this.persist(act, retry));
      else if (error instanceof ApiError || error instanceof StoreFailed)
        this.timers.after(retry, () => this.persist(act, Math.min(2 * retry, lastRetry)));
      else this.log(`control plane: ${(error as Error).stack ?? String(error)}`);
    }
  }

  #write<T>(
    by: Component,
    operation: Operation,
    target: Target,
    key: () => string,
    write: (options: WriteOptions) => T,
  ): T {
    const options: WriteOptions = {
      manager: by.manager,
      dryRun: false,
      fieldValidation: 'Ignore',
      warn() {},
    };
    const gate = this.#gate;
    if (!gate) return write(options);
    const { atOnce, later } = concernedBy(gate, operation, target, () => ({
      user: by.user,
      access: gate.access,
      dryRun: false,
      options: { kind: optionKinds[operation], apiVersion: 'meta.k8s.io/v1' },
      warn() {},
    }));
    if (!later) return write(withAdmission(options, atOnce));
    const begun = this.#beginOrGoOn(key(), () => new Replay(later));
    try {
      const attempt = (asked: Admission) => write({ ...options, admission: inTurn(atOnce, asked) });
      const done = begun.replay.attempt(attempt);
      begun.forget();
      return done;
    } catch (error) {
      if (!(error instanceof Unanswered)) begun.forget();
      throw error;
    }
  }

  #beginOrGoOn(key: string, begin: () => Replay) {
    const known = this.#begun.get(key);
    if (known) return known;
    const cancel = this.timers.after(patience, () => this.#begun.delete(key));
    const begun = {
      replay: begin(),
      forget: () => {
        cancel();
        this.#begun.delete(key);
      },
    };
    this.#begun.set(key, begun);
    return begun;
  }

  /** What an object would become, so that the answer to one change is not taken for that to another. */
  #changeKey(target: Target, change: Change): string {
    const entry = this.api.store.get(target.resource.storage, target.namespace, target.name);
    return entry ? contentKey(change(read(entry))) : '';
  }
}

const optionKinds = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' } as const;

function placeOf({ resource, namespace, name, subresource }: Target): string {
  return `${resource.storage} ${namespace}/${name} ${subresource}`;
}

/** The same for what differs only in times, which go on while an answer is waited for. */
function contentKey(object: JsonObject | undefined): string {
  const timeless = JSON.stringify(object ?? null).replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '""');
  return createHash('sha256').update(timeless).digest('base64');
}
