/** Work gives way to requests after this many milliseconds, all of it together. */
const share = 4;

/** Works until a time of `performance.now()` has come; answers whether there is more to do. */
export type Work = (until: number) => boolean;

/**
 * Lets the controllers of a cluster work between requests: one after the other, and, however many they are, no longer at
 * a stretch than a request can wait.
 */
export class Turns {
  /** In the order in which they come to work. */
  readonly #ready = new Set<Work>();
  #scheduled = false;

  /** Work soon, and on until nothing is left to do. */
  take(work: Work): void {
    this.#ready.add(work);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#ready.size === 0) return;
    this.#scheduled = true;
    setImmediate(() => this.#run());
  }

  #run(): void {
    this.#scheduled = false;
    const until = performance.now() + share;
    try {
      for (const work of this.#ready) {
        this.#ready.delete(work);
        // Who is not done comes again after the others.
        if (work(until)) this.#ready.add(work);
        if (performance.now() >= until) break;
      }
    } finally {
      this.#schedule();
    }
  }
}
