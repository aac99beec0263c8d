/** How many may run at once. */
export interface PlacesLimits {
  /** From one host, and in all. */
  host: number;
  all: number;
  /** The same for those that are slow; they are beside the others. */
  slowHost: number;
  slowAll: number;
  /** Milliseconds after which one is slow. */
  slowAfter: number;
}

const defaults: PlacesLimits = { host: 4, all: 16, slowHost: 16, slowAll: 64, slowAfter: 3000 };

interface Waiter {
  host: string;
  enter: () => void;
}

/**
 * Places for work that reaches out to other hosts. Hosts take turns, and one has a few places only. Who is slow leaves
 * the place to the next and goes on beside it: a host that stalls holds up nobody but itself, and itself late.
 */
export class Places {
  readonly #limits: PlacesLimits;
  readonly #quick = new Count();
  readonly #slow = new Count();
  /** By host, the one whose turn it is first. */
  readonly #waiting = new Map<string, Set<Waiter>>();

  constructor(limits: Partial<PlacesLimits> = {}) {
    this.#limits = { ...defaults, ...limits };
  }

  /** Resolves with what gives the place back. Rejects with the reason of the signal. */
  async take(host: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { host, enter: resolve };
    const leave = () => {
      this.#remove(waiter);
      reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    const waiting = this.#waiting.get(host) ?? new Set();
    this.#waiting.set(host, waiting.add(waiter));
    this.#next();
    await promise.finally(() => signal.removeEventListener('abort', leave));
    return this.#enter(host);
  }

  #enter(host: string): () => void {
    let count = this.#quick;
    const timer = setTimeout(() => {
      const { slowHost, slowAll } = this.#limits;
      if (this.#slow.of(host) >= slowHost || this.#slow.all >= slowAll) return;
      count.leave(host);
      count = this.#slow;
      count.enter(host);
      this.#next();
    }, this.#limits.slowAfter).unref();
    return () => {
      clearTimeout(timer);
      count.leave(host);
      this.#next();
    };
  }

  #next(): void {
    const { host: most, all } = this.#limits;
    for (const [host, waiters] of this.#waiting) {
      if (this.#quick.all >= all) return;
      if (this.#quick.of(host) >= most) continue;
      const [waiter] = waiters;
      this.#remove(waiter!);
      // Its turn comes after everybody else's.
      if (waiters.size > 0) {
        this.#waiting.delete(host);
        this.#waiting.set(host, waiters);
      }
      this.#quick.enter(host);
      waiter!.enter();
    }
  }

  #remove(waiter: Waiter): void {
    const waiters = this.#waiting.get(waiter.host);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiting.delete(waiter.host);
  }
}

class Count {
  readonly #hosts = new Map<string, number>();
  all = 0;

  of(host: string): number {
    return this.#hosts.get(host) ?? 0;
  }

  enter(host: string): void {
    this.all++;
    this.#hosts.set(host, this.of(host) + 1);
  }

  leave(host: string): void {
    this.all--;
    const left = this.of(host) - 1;
    left > 0 ? this.#hosts.set(host, left) : this.#hosts.delete(host);
  }
}
