import type { WorkQueue } from './queue.ts';
import { after } from './timer.ts';

export interface WorkersOptions {
  /** How many keys are visited at once. */
  concurrency: number;
  /** Visits the key. Never rejects. */
  visit(key: string): Promise<void>;
  /** Milliseconds after which a visit is slow. */
  slowAfter?: number;
  /** How many slow visits there may be beside the others. */
  maxSlow?: number;
}

/**
 * Workers that take from a queue. One whose visit is slow is replaced until it comes back: whoever waits for a webhook
 * or a registry that does not answer holds a place of its own, and not everybody's.
 */
export class Workers {
  readonly #queue: WorkQueue;
  readonly #options: Required<WorkersOptions>;
  readonly #running = new Set<Promise<void>>();
  #slow = 0;

  constructor(queue: WorkQueue, options: WorkersOptions) {
    this.#queue = queue;
    this.#options = { slowAfter: 1000, maxSlow: 64, ...options };
    for (let i = 0; i < options.concurrency; i++) this.#start();
  }

  /** Resolves when all have ended, which they do once the queue is closed. */
  async ended(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #start(): void {
    const worker = this.#work().finally(() => this.#running.delete(worker));
    this.#running.add(worker);
  }

  async #work(): Promise<void> {
    for (let key = await this.#queue.take(); key !== undefined; key = await this.#queue.take()) {
      let replaced = false;
      const replace = () => {
        if (this.#slow >= this.#options.maxSlow) return;
        replaced = true;
        this.#slow++;
        this.#start();
      };
      const cancel = after(this.#options.slowAfter, replace);
      try {
        await this.#options.visit(key);
      } finally {
        cancel();
        this.#queue.done(key);
      }
      if (!replaced) continue;
      this.#slow--;
      return;
    }
  }
}
