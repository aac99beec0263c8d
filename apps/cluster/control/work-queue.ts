import type { Timers } from './timers.ts';
import type { Turns, Work } from './turns.ts';

/**
 * When an object is to be looked at again: `retry` soon and then ever later, a number after that many milliseconds,
 * nothing when something changes.
 */
export type Visit = 'retry' | number | undefined;

/** The first retry comes after this many milliseconds; each further one after twice as long as the one before. */
export const firstRetry = 50;
export const lastRetry = 60_000;

/** When queues work: soon with others in turns, or later. */
export interface Pace {
  readonly timers: Timers;
  readonly turns: Turns;
  /** Told of what a visit throws, which is tried again. */
  log(line: string): void;
}

/** The keys of the objects that one controller is to visit; a burst of changes of one object is one visit. */
export class WorkQueue {
  readonly #pace: Pace;
  readonly #visit: (key: string) => Visit;
  readonly #waiting = new Set<string>();
  readonly #later = new Map<string, () => void>();
  readonly #failures = new Map<string, number>();

  constructor(pace: Pace, visit: (key: string) => Visit) {
    this.#pace = pace;
    this.#visit = visit;
  }

  add(key: string): void {
    this.#waiting.add(key);
    this.#pace.turns.take(this.#work);
  }

  readonly #work: Work = until => {
    for (const key of this.#waiting) {
      if (this.#pace.timers.ended) return false;
      this.#waiting.delete(key);
      this.#plan(key, this.#attempt(key));
      if (performance.now() >= until) break;
    }
    return this.#waiting.size > 0;
  };

  /** One object that cannot be looked at must not keep the others from it. */
  #attempt(key: string): Visit {
    try {
      return this.#visit(key);
    } catch (error) {
      this.#pace.log(`control plane: ${key}: ${(error as Error).stack ?? String(error)}`);
      return 'retry';
    }
  }

  #plan(key: string, next: Visit): void {
    if (next !== 'retry') {
      this.#failures.delete(key);
      if (next === undefined) this.#cancel(key);
      else this.#addAfter(key, next);
      return;
    }
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#addAfter(key, Math.min(lastRetry, firstRetry * 2 ** Math.min(failures, 20)));
  }

  #addAfter(key: string, milliseconds: number): void {
    this.#cancel(key);
    const cancel = this.#pace.timers.after(milliseconds, () => {
      this.#later.delete(key);
      this.add(key);
    });
    this.#later.set(key, cancel);
  }

  #cancel(key: string): void {
    this.#later.get(key)?.();
    this.#later.delete(key);
  }
}
