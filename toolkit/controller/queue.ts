import { after } from './timer.ts';

/** Earlier ones go first; within one, the order of arrival. */
export type Priority = 'high' | 'normal' | 'low';

const priorities: Priority[] = ['high', 'normal', 'low'];

/**
 * A work queue of keys, as controllers use it: a key waits once however often it is added, is handed to one worker
 * at a time, and is handed out again when it was added while its worker was busy. A key may also be due later; the
 * last word on when counts, and an immediate visit clears it.
 */
export class WorkQueue {
  readonly #waiting: Record<Priority, Set<string>> = { high: new Set(), normal: new Set(), low: new Set() };
  readonly #busy = new Set<string>();
  /** Added while busy, with the priority for the next visit. */
  readonly #again = new Map<string, Priority>();
  readonly #timers = new Map<string, () => void>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  /** When a key began to wait, and for how long it had waited when it was handed out. */
  readonly #since = new Map<string, number>();
  readonly #onAdd: () => void;
  #closed = false;

  /** @param onAdd told of every key that begins to wait */
  constructor(onAdd: () => void = () => {}) {
    this.#onAdd = onAdd;
  }

  /** Keys that wait for a worker; those due later do not count. */
  get depth(): number {
    return priorities.reduce((sum, priority) => sum + this.#waiting[priority].size, 0);
  }

  /** The same by priority. */
  get depths(): Record<Priority, number> {
    const { high, normal, low } = this.#waiting;
    return { high: high.size, normal: normal.size, low: low.size };
  }

  get busy(): number {
    return this.#busy.size;
  }

  add(key: string, priority: Priority = 'normal'): void {
    if (this.#closed) return;
    this.cancelTimer(key);
    if (this.#busy.has(key)) {
      this.#again.set(key, higher(priority, this.#again.get(key)));
      return;
    }
    const waiting = priorities.find(p => this.#waiting[p].has(key));
    if (waiting && higher(waiting, priority) === waiting) return;
    if (waiting) this.#waiting[waiting].delete(key);
    else {
      this.#since.set(key, performance.now());
      this.#onAdd();
    }
    this.#waiting[priority].add(key);
    this.#hand();
  }

  /** Add the key after so many milliseconds, unless it is added before; replaces what was said before. */
  addAfter(key: string, milliseconds: number, priority: Priority = 'low'): void {
    if (this.#closed) return;
    this.cancelTimer(key);
    this.#timers.set(
      key,
      after(milliseconds, () => this.add(key, priority)),
    );
  }

  /** Add the key after a wait that doubles with every failure in a row, up to `max`. */
  addAfterFailure(key: string, min: number, max: number): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const wait = Math.min(min * 2 ** Math.min(failures, 40), max);
    this.addAfter(key, wait, 'normal');
    return wait;
  }

  /** The key has succeeded: its next failure waits the shortest time again. */
  forgetFailures(key: string): void {
    this.#failures.delete(key);
  }

  cancelTimer(key: string): void {
    this.#timers.get(key)?.();
    this.#timers.delete(key);
  }

  /** The object is gone: nothing of it stays. */
  forget(key: string): void {
    this.cancelTimer(key);
    this.#failures.delete(key);
    this.#again.delete(key);
    for (const priority of priorities) this.#waiting[priority].delete(key);
  }

  /** The next key, as soon as there is one; undefined when the queue is closed. Say `done` when it is worked off. */
  take(): Promise<string | undefined> {
    return new Promise(resolve => {
      this.#takers.push(resolve);
      this.#hand();
    });
  }

  /** Seconds that a key which is being worked off has waited. */
  waited(key: string): number {
    return (performance.now() - (this.#since.get(key) ?? performance.now())) / 1000;
  }

  done(key: string): void {
    this.#busy.delete(key);
    const again = this.#again.get(key);
    this.#again.delete(key);
    if (again) this.add(key, again);
  }

  close(): void {
    this.#closed = true;
    for (const key of [...this.#timers.keys()]) this.cancelTimer(key);
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  #hand(): void {
    while (this.#takers.length > 0) {
      if (this.#closed) {
        this.#takers.shift()!(undefined);
        continue;
      }
      const priority = priorities.find(p => this.#waiting[p].size > 0);
      if (!priority) return;
      const [key] = this.#waiting[priority] as Set<string> & Iterable<string>;
      this.#waiting[priority].delete(key!);
      this.#busy.add(key!);
      this.#takers.shift()!(key);
    }
  }
}

function higher(a: Priority, b: Priority | undefined): Priority {
  return b === undefined || priorities.indexOf(a) <= priorities.indexOf(b) ? a : b;
}
