import { type CommonStatus, type Condition, names, type Resource } from '@millrace/api';
import type { Json, JsonObject } from '@millrace/json';
import { findCondition, removeCondition, type Statement, setCondition } from './conditions.ts';
import { type ExtraConditions, type Failed, type Ready, Stalled, type Waiting } from './outcome.ts';

/**
 * What a reconcile came to, as the status of the object: the one place where Ready, Reconciling and Stalled are
 * decided. Each function takes the object as it is known and returns its whole next status.
 */

/** Work has begun: the object is neither ready nor failed. */
export function progressing(
  object: Resource,
  message: string,
  now: Date,
  fields: JsonObject = {},
): JsonObject {
  return edit(object, now, fields, status => {
    status.set({
      type: names.ready,
      status: 'Unknown',
      reason: 'Progressing',
      message: 'Reconciliation in progress',
    });
    status.set({ type: names.reconciling, status: 'True', reason: 'Progressing', message });
    status.remove(names.stalled);
  });
}

export function waiting(object: Resource, outcome: Waiting, now: Date): JsonObject {
  return edit(object, now, outcome.status ?? {}, status => {
    status.set({
      type: names.ready,
      status: 'Unknown',
      reason: 'Progressing',
      message: 'Reconciliation in progress',
    });
    status.set({ type: names.reconciling, status: 'True', reason: 'Progressing', message: outcome.message });
    status.remove(names.stalled);
    status.extra(outcome.conditions);
  });
}

export function ready(object: Resource, outcome: Ready, now: Date): JsonObject {
  const fields = {
    ...outcome.status,
    ...handled(object),
    observedGeneration: object.metadata.generation ?? 0,
  };
  return edit(object, now, fields, status => {
    status.remove(names.reconciling);
    status.remove(names.stalled);
    status.set({ type: names.ready, status: 'True', reason: outcome.reason, message: outcome.message });
    status.extra(outcome.conditions);
  });
}

export function failing(object: Resource, error: Failed, now: Date): JsonObject {
  const stalled = error instanceof Stalled;
  const observed: JsonObject = stalled ? { observedGeneration: object.metadata.generation ?? 0 } : {};
  return edit(object, now, { ...error.options.status, ...handled(object), ...observed }, status => {
    status.set({ type: names.ready, status: 'False', reason: error.reason, message: error.message });
    if (stalled) {
      status.remove(names.reconciling);
      status.set({ type: names.stalled, status: 'True', reason: error.reason, message: error.message });
    } else {
      status.remove(names.stalled);
      const reconciling = findCondition(status.list, names.reconciling);
      if (reconciling) status.set({ ...statement(reconciling), reason: 'ProgressingWithRetry' });
    }
    status.extra(error.options.conditions);
  });
}

/**
 * As source-controller leaves an object that is suspended: what was said of it is all that there is to say of this
 * generation, and nobody has to wait for more.
 */
export function restingStatus(object: Resource, now: Date): JsonObject {
  const said = (type: string) => findCondition((object.status as CommonStatus | undefined)?.conditions, type);
  if (!said(names.ready)) return handled(object);
  const fields = { ...handled(object), observedGeneration: object.metadata.generation ?? 0 };
  return edit(object, now, fields, status => {
    for (const type of [names.ready, names.reconciling]) {
      const condition = said(type);
      if (condition) status.set(statement(condition));
    }
    status.remove(names.stalled);
  });
}

/** A request by annotation is answered by repeating its value. */
export function handled(object: Resource): JsonObject {
  const value = object.metadata.annotations?.[names.requestedAt];
  return value === undefined ? {} : { lastHandledReconcileAt: value };
}

/** True while a request by annotation has not been answered. */
export function isRequested(object: Resource): boolean {
  const value = object.metadata.annotations?.[names.requestedAt];
  return value !== undefined && value !== (object.status as CommonStatus | undefined)?.lastHandledReconcileAt;
}

class Edit {
  list: Condition[];
  readonly #generation: number;
  readonly #now: Date;

  constructor(list: Condition[], generation: number, now: Date) {
    this.list = list;
    this.#generation = generation;
    this.#now = now;
  }

  set(said: Statement): void {
    this.list = setCondition(this.list, said, this.#generation, this.#now);
  }

  remove(type: string): void {
    this.list = removeCondition(this.list, type);
  }

  extra(conditions: ExtraConditions = {}): void {
    for (const [type, said] of Object.entries(conditions))
      said ? this.set({ type, ...said }) : this.remove(type);
  }
}

function edit(object: Resource, now: Date, fields: JsonObject, change: (status: Edit) => void): JsonObject {
  const before = (object.status ?? {}) as JsonObject;
  const conditions = new Edit(
    (object.status as CommonStatus)?.conditions ?? [],
    object.metadata.generation ?? 0,
    now,
  );
  change(conditions);
  const status: JsonObject = { ...before, ...fields, conditions: sorted(conditions.list) };
  for (const [field, value] of Object.entries(status)) if (value === null) delete status[field];
  return status;
}

/** Ready comes after what explains it and before the rest, as Flux orders them: Reconciling, Stalled, Ready, others. */
function sorted(list: Condition[]): Json[] {
  const rank = (type: string) => [names.reconciling, names.stalled, names.ready].indexOf(type) + 1 || 9;
  return list.toSorted(
    (a, b) => rank(a.type) - rank(b.type) || (a.type < b.type ? -1 : 1),
  ) as unknown as Json[];
}

function statement({ type, status, reason, message }: Condition): Statement {
  return { type, status, reason, message };
}
