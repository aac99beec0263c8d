/** There are too many already; who asks should come again later. */
export class Busy extends Error {
  override name = 'Busy';
}

/** How many may work at once, and how many may wait for that, and for how long. */
export interface Places {
  readonly working: number;
  readonly waiting: number;
  readonly patience: number;
}

/** Gives out places, in the order in which they were asked for. */
export class Slots {
  readonly #places: Places;
  readonly #queue = new Set<() => void>();
  #taken = 0;

  constructor(places: Places) {
    this.#places = places;
  }

  /** Somebody waits for a place. */
  get wanted(): boolean {
    return this.#queue.size > 0;
  }

  /** Resolves with the way to give the place back. Throws Busy, and what the signal aborts with. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#taken < this.#places.working) this.#taken++;
    else await this.#wait(signal);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const [next] = this.#queue;
      if (next) next();
      else this.#taken--;
    };
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#queue.size >= this.#places.waiting) throw new Busy('too many requests wait already');
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#queue.delete(enter);
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
      };
      const enter = () => {
        leave();
        resolve();
      };
      const giveUp = () => {
        leave();
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        leave();
        reject(new Busy('there was no place for too long'));
      }, this.#places.patience);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#queue.add(enter);
    });
  }
}
