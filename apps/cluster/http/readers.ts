/** No piece has left for so long, and its reader is given up; much sooner where very many read. */
const patience = 30_000;
const patienceWithMany = 1000;
const many = 500;

/**
 * Those to whom long answers are on their way. An answer holds its text until it is read: who takes it and then reads
 * nothing must not keep it for ever, nor keep thousands of them.
 */
export class Readers {
  readonly #reading = new Map<object, { since: number; readonly cut: () => void }>();
  #timer: NodeJS.Timeout | undefined;

  begin(reader: object, cut: () => void): void {
    this.#reading.set(reader, { since: performance.now(), cut });
    this.#timer ??= setInterval(() => this.#look(), 500).unref();
  }

  moved(reader: object): void {
    const known = this.#reading.get(reader);
    if (known) known.since = performance.now();
  }

  end(reader: object): void {
    this.#reading.delete(reader);
    if (this.#reading.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const before = performance.now() - (this.#reading.size > many ? patienceWithMany : patience);
    for (const { since, cut } of this.#reading.values()) if (since < before) cut();
  }
}
