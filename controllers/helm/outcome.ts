import type { HelmRelease } from '@millrace/api';
import {
  type EventNote,
  type ExtraConditions,
  Failed,
  findCondition,
  type Outcome,
  Stalled,
} from '@millrace/controller';
import { equal, type Json } from '@millrace/json';
import type { End } from './atomic.ts';
import type { Attempt } from './attempt.ts';
import { intervalOf } from './spec.ts';

/** While the actions go on: what they have said so far. */
export function underWay(hr: HelmRelease, attempt: Attempt, wakeAfter: number): Outcome {
  const message = attempt.condition('Reconciling')?.message ?? 'Fulfilling prerequisites';
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
export function conclude(hr: HelmRelease, attempt: Attempt, end: End): Outcome {
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
  const conditions = attempt.conditions;
  const problem = end.kind === 'failed' ? end.error.message : '';
  const { reason, message } =
    ready && ready.status !== 'True' ? ready : { reason: 'ReconcileError', message: problem };
  const options = { status, conditions, events, note: false as const };
  if (end.kind === 'stalled') throw new Stalled(reason, message, options);
  const retryAfter = end.kind === 'again' ? end.after : end.kind === 'done' ? interval : undefined;
  throw new Failed(reason, message, { ...options, retryAfter });
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
