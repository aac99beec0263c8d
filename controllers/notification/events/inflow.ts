import type { Logger } from '@millrace/controller';
import type { Event } from '@millrace/notifications';

/** More wait only when the API server does not answer: then the oldest are dropped. */
const mostWaiting = 10_000;
/** Events that are looked at at once. */
const atOnce = 8;

/** The events of this process, in their order: whoever tells of something does not wait for what comes of it. */
export class Inflow {
  readonly #take: (event: Event) => Promise<void>;
  readonly #log: Logger;
  /** A set keeps the order, and gives up its first without moving the rest. */
  readonly #waiting = new Set<Event>();
  readonly #busy = new Set<Promise<void>>();

  constructor(take: (event: Event) => Promise<void>, log: Logger) {
    this.#take = take;
    this.#log = log;
  }

  add(event: Event): void {
    this.#waiting.add(event);
    if (this.#waiting.size > mostWaiting) {
      const [first] = this.#waiting;
      if (first) this.#waiting.delete(first);
      this.#log.error('too many events wait: the oldest is passed over');
    }
    this.#next();
  }

  async ended(): Promise<void> {
    while (this.#busy.size > 0) await Promise.all(this.#busy);
  }

  #next(): void {
    for (const event of this.#waiting) {
      if (this.#busy.size >= atOnce) return;
      this.#waiting.delete(event);
      const taken = this.#take(event)
        .catch(error => this.#log.error({ error }, 'an event could not be dispatched'))
        .finally(() => {
          this.#busy.delete(taken);
          this.#next();
        });
      this.#busy.add(taken);
    }
  }
}
