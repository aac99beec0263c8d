/** Node's timers count milliseconds in 31 bits; what is further away is waited for in parts. */
const longest = 2 ** 31 - 1;

/** What is to happen later, until the cluster stops. */
export class Timers {
  ended = false;
  readonly #running = new Set<NodeJS.Timeout>();

  /** Answers with the way to call it off. */
  after(milliseconds: number, act: () => void): () => void {
    let timer: NodeJS.Timeout | undefined;
    const wait = (left: number) => {
      if (this.ended) return;
      timer = setTimeout(
        () => {
          this.#running.delete(timer!);
          if (left > longest) wait(left - longest);
          else act();
        },
        Math.min(left, longest),
      ).unref();
      this.#running.add(timer);
    };
    wait(Math.max(0, milliseconds));
    return () => {
      clearTimeout(timer);
      if (timer) this.#running.delete(timer);
    };
  }

  end(): void {
    this.ended = true;
    for (const timer of this.#running) clearTimeout(timer);
  }
}
