import { computed, signal } from '@preact/signals';
import type { Row } from '../../model/row.ts';
import { act } from '../ask.ts';
import { rows } from '../store.ts';

/** Something that was asked for, and how far it has come. */
export interface Step {
  /** The key of the object that it is about. */
  of: string;
  name: string;
  verb: string;
  begun: boolean;
  /** Empty before the server has said that it is asked for. */
  at: string;
  /** Why it could not be asked for. */
  refused: string;
}

export type Stage = 'waiting' | 'asking' | 'asked' | 'working' | 'done' | 'failed';

/** What was asked for last, step by step; each begins when the one before has ended. */
const steps = signal<Step[]>([]);

/** How far each step is, as the rows tell it. */
export const outcome = computed(() => steps.value.map(step => ({ ...step, ...progressOf(step) })));

export function dismiss(): void {
  steps.value = [];
}

/** Ask for it, and for what comes before it first. */
export function perform(verb: string, row: Row, before: Row[] = []): void {
  const planned = [...before.map(one => ['reconcile', one] as const), [verb, row] as const];
  steps.value = planned.map(([what, { key, name }]) => ({
    of: key,
    name,
    verb: what,
    begun: false,
    at: '',
    refused: '',
  }));
  begin(0);
}

function begin(place: number): void {
  const planned = steps.value[place];
  if (!planned) return;
  const step = { ...planned, begun: true };
  steps.value = steps.value.with(place, step);
  const [kind = '', namespace = '', name = ''] = step.of.split('/');
  act(step.verb, { kind, namespace, name })
    .then(({ at }) => put(step, { at }))
    .catch((error: Error) => put(step, { refused: error.message }));
}

/** Unless something else has been asked for meanwhile. */
function put(step: Step, change: Partial<Step>): void {
  const place = steps.value.indexOf(step);
  if (place >= 0) steps.value = steps.value.with(place, { ...step, ...change });
}

function progressOf({ of, verb, begun, at, refused }: Step): { stage: Stage; message: string } {
  if (refused) return { stage: 'failed', message: refused };
  const row = rows.value.get(of);
  if (!at) return { stage: begun ? 'asking' : 'waiting', message: '' };
  if (verb === 'suspend' || verb === 'resume') return changed(row, verb === 'suspend');
  if (!row || row.handled !== at) return { stage: 'asked', message: row?.message ?? '' };
  if (row.state === 'progressing') return { stage: 'working', message: row.message };
  return { stage: hasFailed(row) ? 'failed' : 'done', message: row.message };
}

/** What waits for another one is not done either. */
const hasFailed = ({ state }: Row) => state === 'failing' || state === 'waiting';

function changed(row: Row | undefined, isSuspended: boolean): { stage: Stage; message: string } {
  if (row?.suspended !== isSuspended) return { stage: 'asked', message: '' };
  if (isSuspended) return { stage: 'done', message: 'it is left as it is until it is resumed' };
  if (row.state === 'progressing' || row.state === 'unknown')
    return { stage: 'working', message: row.message };
  return { stage: hasFailed(row) ? 'failed' : 'done', message: row.message };
}

// The next step begins when the one before is done.
outcome.subscribe(all => {
  const next = all.findIndex(({ begun }) => !begun);
  if (next > 0 && all[next - 1]?.stage === 'done') begin(next);
});
