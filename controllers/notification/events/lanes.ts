/** One destination's share of what is sent at once, and of what may wait. */
export interface LaneLimits {
  atOnce: number;
  waiting: number;
}

/** At 10,000 events a minute a server may be half a minute late before anything is lost. */
const usual: LaneLimits = { atOnce: 8, waiting: 5000 };

/**
 * What is sent, a lane for each destination: one that stalls fills its own lane and no other. Jobs of a lane that are
 * about the same object go one after another, so that an update cannot overtake what it updates.
 */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #limits: LaneLimits;
  readonly #stopped = new AbortController();

  constructor(limits: LaneLimits = usual) {
    this.#limits = limits;
  }

  /** Returns false where too many wait already: the job is not done then. A job has to end, and must not throw. */
  add(lane: string, about: string, run: (signal: AbortSignal) => Promise<void>): boolean {
    if (this.#stopped.signal.aborted) return false;
    const its = this.#lanes.get(lane) ?? new Lane(this.#limits.atOnce);
    this.#lanes.set(lane, its);
    if (its.waiting >= this.#limits.waiting) return false;
    its.add(about, async () => {
      if (!this.#stopped.signal.aborted) await run(this.#stopped.signal);
      if (its.isEmpty) this.#lanes.delete(lane);
    });
    return true;
  }

  /** Resolves when nothing is under way. What has not begun is dropped. */
  async stop(): Promise<void> {
    this.#stopped.abort(new DOMException('the controller is stopping', 'AbortError'));
    await Promise.all([...this.#lanes.values()].map(lane => lane.ended()));
  }
}

class Lane {
  readonly #atOnce: number;
  /** By object, in the order of the first of each; those that go on stand at the end again. */
  readonly #waiting = new Map<string, (() => Promise<void>)[]>();
  readonly #busy = new Map<string, Promise<void>>();
  waiting = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  get isEmpty(): boolean {
    return this.waiting === 0 && this.#busy.size <= 1;
  }

  add(about: string, job: () => Promise<void>): void {
    const jobs = this.#waiting.get(about);
    if (jobs) jobs.push(job);
    else this.#waiting.set(about, [job]);
    this.waiting++;
    this.#next();
  }

  async ended(): Promise<void> {
    while (this.#busy.size > 0) await Promise.all(this.#busy.values());
  }

  /** Objects that are busy are passed over: there are at most as many as are sent at once. */
  #next(): void {
    for (const [about, jobs] of this.#waiting) {
      if (this.#busy.size >= this.#atOnce) return;
      if (this.#busy.has(about)) continue;
      const job = jobs.shift();
      this.#waiting.delete(about);
      if (jobs.length > 0) this.#waiting.set(about, jobs);
      if (!job) continue;
      this.waiting--;
      const run = job().finally(() => {
        this.#busy.delete(about);
        this.#next();
      });
      this.#busy.set(about, run);
    }
  }
}
