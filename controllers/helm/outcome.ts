import { type HelmRelease, names } from '@millrace/api';
import {
  type EventNote,
  type ExtraConditions,
  Failed,
  findCondition,
  NotReady,
  type Outcome,
  Stalled,
} from '@millrace/controller';
import { equal, type Json } from '@millrace/json';
import type { End } from './atomic.ts';
import type { Attempt } from './attempt.ts';
import { intervalOf } from './spec.ts';

/** While the actions go on: what they have said so far. Looking at what is as it should be is not worth a word. */
export function underWay(hr: HelmRelease, attempt: Attempt, wakeAfter: number): Outcome {
  if (attempt.isSilent && isAtRest(hr)) return { kind: 'unchanged', requeueAfter: wakeAfter };
  const message = attempt.condition('Reconciling')?.message ?? prerequisites;
  return {
    kind: 'waiting',
    message,
    wakeAfter,
    status: attempt.fieldsOver(hr.status),
    conditions: { Ready: said(attempt, 'Ready'), ...attempt.conditions },
    events: attempt.takeEvents(),
  };
}

/** What an attempt has come to, once it has ended. Throws Failed and Stalled. */
export function conclude(
  hr: HelmRelease,
  attempt: Attempt,
  end: Exclude<End, { kind: 'unavailable' }>,
): Outcome {
  const ready = attempt.condition('Ready');
  const status = attempt.fieldsOver(hr.status);
  const events = attempt.takeEvents();
  const interval = intervalOf(hr);
  if (end.kind === 'done' && ready?.status === 'True') {
    if (saysNothing(hr, attempt, events)) return { kind: 'unchanged', requeueAfter: interval };
    const { Ready, ...conditions } = attempt.conditions;
    const { reason, message } = ready;
    return { kind: 'ready', reason, message, requeueAfter: interval, status, conditions, events };
  }
  // What is looked at again at its time has been seen; what is tried again at once has not.
  if (end.kind === 'done' || (end.kind === 'again' && end.after))
    status.observedGeneration = hr.metadata.generation ?? 0;
  const conditions = { ...(end.kind === 'failed' ? preparing : {}), ...attempt.conditions };
  const problem = end.kind === 'failed' ? end.error.message : '';
  const { reason, message } =
    ready && ready.status !== 'True' ? ready : { reason: 'ReconcileError', message: problem };
  const options = { status, conditions, events, note: false as const };
  if (end.kind === 'stalled')
    throw new Stalled(reason, message, { ...options, conditions: { ...conditions, Reconciling: false } });
  const retryAfter = end.kind === 'again' ? end.after : end.kind === 'done' ? interval : undefined;
  throw new Failed(reason, message, { ...options, retryAfter });
}

export const prerequisites = 'Fulfilling prerequisites';

const preparing: ExtraConditions = {
  Reconciling: { status: 'True', reason: 'Progressing', message: prerequisites },
};

/** What keeps a release from being worked on: Flux says all the time that it is about to begin. */
export function unprepared(error: Failed): Failed {
  if (error instanceof Stalled)
    return withOptions(error, { note: withoutPrefix(error.message), ...error.options });
  return withOptions(error, { ...error.options, conditions: { ...preparing, ...error.options.conditions } });
}

/**
 * The cluster of the release cannot be reached: no event tells of that.
 * @param key the one that the spec names
 */
export function unreachable(error: Failed, key: string | undefined): Failed {
  if (error instanceof Stalled || error instanceof NotReady) return error;
  const message = error.message
    .replace(/^unable to read KubeConfig secret ('[^']*') error/, 'could not get KubeConfig secret $1')
    .replace(
      /'[^']*' key with a kubeconfig$/,
      `${key ? `'${key}'` : "'value' or 'value.yaml'"} key with data`,
    );
  return new Failed('RESTClientError', message, { ...error.options, note: false });
}

/** The event says of an expression what is wrong with it, and no more. */
function withoutPrefix(message: string): string {
  return message.replace(/^Reconciliation failed terminally due to configuration error: /, '');
}

export function failedWith(error: Failed, notes: EventNote[]): Failed {
  if (notes.length === 0) return error;
  return withOptions(error, { ...error.options, events: [...notes, ...(error.options.events ?? [])] });
}

function withOptions(error: Failed, options: Failed['options']): Failed {
  const { reason, message } = error;
  if (error instanceof Stalled) return new Stalled(reason, message, options);
  return error instanceof NotReady
    ? new NotReady(reason, message, options)
    : new Failed(reason, message, options);
}

/** Ready for its spec, and asked for nothing. */
function isAtRest({ metadata, status }: HelmRelease): boolean {
  const { generation, annotations } = metadata;
  return (
    findCondition(status?.conditions, 'Ready')?.status === 'True' &&
    findCondition(status?.conditions, 'Reconciling') === undefined &&
    status?.observedGeneration === generation &&
    annotations?.[names.requestedAt] === status?.lastHandledReconcileAt
  );
}

function said(attempt: Attempt, type: string): ExtraConditions[string] {
  const found = attempt.condition(type);
  if (!found) return { status: 'Unknown', reason: 'Progressing', message: 'reconciliation in progress' };
  const { status, reason, message } = found;
  return { status, reason, message };
}

/** Whether the object says all of it already. */
function saysNothing(hr: HelmRelease, attempt: Attempt, events: EventNote[]): boolean {
  if (events.length > 0 || hr.status?.observedGeneration !== hr.metadata.generation) return false;
  const list = hr.status?.conditions;
  const isSaid = Object.entries(attempt.conditions).every(([type, condition]) => {
    const before = findCondition(list, type);
    if (condition === false) return before === undefined;
    return (
      before?.status === condition.status &&
      before.reason === condition.reason &&
      before.message === condition.message
    );
  });
  if (!isSaid || findCondition(list, 'Ready')?.status !== 'True') return false;
  const now = (hr.status ?? {}) as { [key: string]: Json };
  return Object.entries(attempt.fieldsOver(hr.status)).every(([key, value]) =>
    value === null ? now[key] === undefined : key in now && equal(now[key] as Json, value as Json),
  );
}
