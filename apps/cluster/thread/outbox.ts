/**
 * What is to go to another thread, and goes together with all else that is said in one go: to wake a thread that sleeps
 * takes longer than many a message.
 */
export class Outbox<T> {
  readonly #send: (all: T[]) => void;
  #waiting: T[] = [];

  constructor(send: (all: T[]) => void) {
    this.#send = send;
  }

  add(one: T): void {
    if (this.#waiting.push(one) === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const all = this.#waiting;
    this.#waiting = [];
    this.#send(all);
  }
}
