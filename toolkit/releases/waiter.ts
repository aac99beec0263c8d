import { type Health, healthOf, type KubeObject, type ObjectRef } from '@millrace/kube';
import { asBefore, byEnd, byStatus, type Judgement } from './readiness.ts';
import { ReleaseError } from './release-error.ts';
import type { Resource } from './resource.ts';

/** How an action waits for what it has written; what it throws says what is not as it should be. */
export interface Waiter {
  /** Until all work; Jobs too have ended where `jobs` says so. */
  ready(resources: Resource[], options: WaitOptions & { jobs: boolean }): Promise<void>;
  /** Until hooks have ended: Jobs and Pods; others are there and that is all. */
  ended(resources: Resource[], options: WaitOptions): Promise<void>;
  /** Until they are gone. */
  gone(resources: Resource[], options: WaitOptions): Promise<void>;
}

export interface WaitOptions {
  /** Milliseconds. */
  timeout: number;
  signal: AbortSignal;
}

/**
 * What is waited for: that all is healthy as kstatus has it, or as Helm 3 had it, or for hooks only (`--wait` and
 * spec.waitStrategy).
 */
export type WaitStrategy = 'watcher' | 'legacy' | 'hookOnly';

/** Shows an object now and whenever it changes, until it is told to stop. */
export type Observe = (resource: Resource, saw: (object: KubeObject | undefined) => void) => () => void;

/** One object that has not come to where it should be. */
export interface Missing {
  ref: ObjectRef;
  health: Health;
}

/** Who speaks when the wait is in vain. */
export interface WaitWords {
  /** What has failed ends the wait for all; else the others are waited for. */
  failFast: boolean;
  unready(missing: Missing[], why: 'time is over' | 'failed'): string;
  remaining(missing: Missing[]): string;
}

/** @param healthBy health by rules of one's own, before those of the strategy; undefined where there is none */
export function waiterOn(
  observe: Observe,
  strategy: WaitStrategy,
  words: WaitWords,
  healthBy: (object: KubeObject) => Health | undefined = () => undefined,
): Waiter {
  const ownFirst =
    (judge: Judgement): Judgement =>
    object =>
      (object && healthBy(object)) ?? judge(object);
  const wait = (resources: Resource[], judge: Judgement, failFast: boolean, options: WaitOptions) =>
    until(resources, judge, failFast, options, observe).then(end => {
      if (end.missing.length > 0) throw new ReleaseError(words.unready(end.missing, end.why));
    });
  const rule = strategy === 'legacy' ? asBefore : byStatus;
  return {
    async ready(resources, { jobs, ...options }) {
      if (strategy !== 'hookOnly') await wait(resources, ownFirst(rule(jobs)), words.failFast, options);
    },
    // A migration that goes on must not be given up because another hook has failed.
    ended: (resources, options) => wait(resources, ownFirst(byEnd), false, options),
    async gone(resources, options) {
      if (strategy === 'hookOnly') return;
      const { missing } = await until(resources, byAbsence, false, options, observe);
      if (missing.length > 0) throw new ReleaseError(words.remaining(missing));
    },
  };
}

const byAbsence: Judgement = object =>
  object ? { status: 'Terminating', message: healthOf(object).message } : { status: 'Current', message: '' };

interface End {
  missing: Missing[];
  why: 'time is over' | 'failed';
}

/** Look on until all are there, or no more can come, or the time is over. */
async function until(
  resources: Resource[],
  judge: Judgement,
  failFast: boolean,
  { timeout, signal }: WaitOptions,
  observe: Observe,
): Promise<End> {
  signal.throwIfAborted();
  if (resources.length === 0) return { missing: [], why: 'failed' };
  const { promise, resolve, reject } = Promise.withResolvers<End>();
  const healths = new Map<Resource, Health>();
  const missing = () =>
    resources
      .map(resource => ({ ref: resource.ref, health: healths.get(resource) ?? unseen }))
      .filter(({ health }) => health.status !== 'Current');
  const look = () => {
    if (healths.size < resources.length) return;
    const still = missing();
    const failed = still.filter(({ health }) => health.status === 'Failed');
    if (still.length === 0) resolve({ missing: [], why: 'failed' });
    else if (failed.length === still.length || (failFast && failed.length > 0))
      resolve({ missing: failed, why: 'failed' });
  };
  const stops = resources.map(resource =>
    observe(resource, object => {
      healths.set(resource, judge(object));
      look();
    }),
  );
  const timer = setTimeout(
    () => resolve({ missing: missing(), why: 'time is over' }),
    Math.min(timeout, longest),
  );
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    for (const stop of stops) stop();
  }
}

const unseen: Health = { status: 'Unknown', message: '' };

/** The longest that a timer of Node takes; nobody waits for 24 days. */
const longest = 2 ** 31 - 1;
