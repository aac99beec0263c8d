/** Node's timers count milliseconds in 31 bits; what is further away is waited for in parts. */
const longest = 2 ** 31 - 1;

/**
 * Act after so many milliseconds, however many they are; a time that is none never comes. Does not keep the process.
 * Answers with the way to call it off.
 */
export function later(milliseconds: number, act: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (left: number) => {
    timer = setTimeout(
      () => (left > longest ? wait(left - longest) : act()),
      Math.min(left, longest),
    ).unref();
  };
  wait(Number.isNaN(milliseconds) ? Number.POSITIVE_INFINITY : Math.max(0, milliseconds));
  return () => clearTimeout(timer);
}

/** What is to happen later, until the cluster stops. */
export class Timers {
  ended = false;
  readonly #running = new Set<() => void>();

  /** Answers with the way to call it off. */
  after(milliseconds: number, act: () => void): () => void {
    if (this.ended) return () => {};
    const cancel = later(milliseconds, () => {
      this.#running.delete(cancel);
      act();
    });
    this.#running.add(cancel);
    return () => {
      this.#running.delete(cancel);
      cancel();
    };
  }

  end(): void {
    this.ended = true;
    for (const cancel of this.#running) cancel();
    this.#running.clear();
  }
}
