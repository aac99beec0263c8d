import { Parked } from './outcome.ts';
import { Places } from './places.ts';
import { timeoutSignal } from './timer.ts';

/** What is done for an object, away from its visits. */
export interface Operation<R> {
  /** Everything that it depends on, as text: an operation for other inputs is of no use any more. */
  inputs: string;
  /** The request by annotation that it answers. */
  request: string;
  /** Whose patience it needs. */
  host: string;
  /** Milliseconds that it may take once it has a place. */
  timeout: number;
  /** @param say what is being done now, for those who look while it takes long */
  work(signal: AbortSignal, say: (doing: string) => void): Promise<R>;
}

/** How an operation ended. */
export interface Ended<R> {
  request: string;
  result: { value: R } | { error: unknown; timedOut: boolean };
}

interface Running<R> {
  inputs: string;
  stop: AbortController;
  settled: Promise<void>;
  doing?: string;
  ended?: Ended<R>;
}

/** An operation that takes longer than this tells what it does. */
const quiet = 1000;

/**
 * One operation for each object at a time. Visits start them, and come back when they have ended: no worker waits for
 * another host.
 */
export class Operations<R> {
  readonly #running = new Map<string, Running<R>>();
  readonly #places: Places;
  readonly #wake: (key: string) => void;

  /** @param wake told of every operation that has ended, or has something to say */
  constructor(wake: (key: string) => void, places = new Places()) {
    this.#wake = wake;
    this.#places = places;
  }

  /**
   * How the operation ended, once. Before that it throws Parked: the operation is started, or goes on. One that has
   * failed is no answer to a request that came after it was begun: it is started again.
   * @param say what a long operation is doing
   */
  outcome(key: string, operation: Operation<R>, say: (doing: string) => void): Ended<R> {
    const found = this.#running.get(key);
    if (found?.inputs === operation.inputs && !hasFailedBefore(found, operation)) {
      if (found.ended) {
        this.#running.delete(key);
        return found.ended;
      }
      if (found.doing !== undefined) say(found.doing);
    } else this.#start(key, operation);
    throw new Parked(operation.host, operation.timeout + quiet);
  }

  /** End what is done for the object, and resolve when it has ended. */
  async cancel(key: string): Promise<void> {
    const running = this.#running.get(key);
    this.#running.delete(key);
    running?.stop.abort(new DOMException('no longer wanted', 'AbortError'));
    await running?.settled;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map(key => this.cancel(key)));
  }

  #start(key: string, operation: Operation<R>): void {
    // Two operations on one local copy would be in each other's way.
    const before = this.cancel(key);
    const stop = new AbortController();
    const running: Running<R> = { inputs: operation.inputs, stop, settled: Promise.resolve() };
    this.#running.set(key, running);
    const isCurrent = () => this.#running.get(key) === running;
    const say = (doing: string) => {
      running.doing = doing;
      setTimeout(() => isCurrent() && !running.ended && this.#wake(key), quiet).unref();
    };
    running.settled = before
      .then(() => this.#work(operation, stop.signal, say))
      .then(result => {
        running.ended = { request: operation.request, result };
        if (isCurrent()) this.#wake(key);
      });
  }

  async #work(
    { host, timeout, work }: Operation<R>,
    stop: AbortSignal,
    say: (doing: string) => void,
  ): Promise<Ended<R>['result']> {
    let late: AbortSignal | undefined;
    try {
      const leave = await this.#places.take(host, stop);
      try {
        late = timeoutSignal(timeout);
        return { value: await work(AbortSignal.any([stop, late]), say) };
      } finally {
        leave();
      }
    } catch (error) {
      return { error, timedOut: late?.aborted ?? false };
    }
  }
}

function hasFailedBefore<R>({ ended }: Running<R>, { request }: Operation<R>): boolean {
  return ended !== undefined && 'error' in ended.result && ended.request !== request;
}
