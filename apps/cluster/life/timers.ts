/** What is to happen later, until the cluster stops. */
export class Timers {
  ended = false;
  readonly #running = new Set<NodeJS.Timeout>();

  after(milliseconds: number, act: () => void): void {
    if (this.ended) return;
    const timer = setTimeout(() => {
      this.#running.delete(timer);
      act();
    }, milliseconds).unref();
    this.#running.add(timer);
  }

  end(): void {
    this.ended = true;
    for (const timer of this.#running) clearTimeout(timer);
  }
}
