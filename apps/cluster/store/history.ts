import type { Entry } from './entry.ts';

/** A change of one object, as watches tell of it. */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  /** The object after the change; of a deleted one the last state, with the revision of its deletion. */
  readonly entry: Entry;
  /** The object before the change. */
  readonly previous?: Entry;
}

/** The asked revision lies before the window: the asker must list again (410 Gone). */
export class Compacted extends Error {
  override name = 'Compacted';
  readonly oldest: number;
  constructor(asked: number, oldest: number) {
    super(`too old resource version: ${asked} (${oldest})`);
    this.oldest = oldest;
  }
}

/** How much of the past stays available to watches that reconnect. */
export interface Window {
  readonly events: number;
  readonly bytes: number;
}

/** The latest events in order of revision, bounded in number and size. */
export class History {
  /** Everything after this revision is known. */
  start: number;
  readonly #window: Window;
  #events: StoreEvent[] = [];
  #bytes = 0;

  constructor(start: number, window: Window) {
    this.start = start;
    this.#window = window;
  }

  add(event: StoreEvent): void {
    this.#events.push(event);
    this.#bytes += event.entry.json.length;
  }

  /** Forget the latest events: they were not committed. */
  takeBack(count: number): void {
    for (const event of this.#events.splice(this.#events.length - count, count))
      this.#bytes -= event.entry.json.length;
  }

  /** True when it pays to trim: a quarter over the window, so that trimming is rare and takes many at once. */
  get overfull(): boolean {
    return this.#events.length > this.#window.events * 1.25 || this.#bytes > this.#window.bytes * 1.25;
  }

  /** Drop the oldest events until the rest fits the window; answers with those dropped. */
  trim(): StoreEvent[] {
    let count = 0;
    while (
      this.#events.length - count > this.#window.events ||
      (this.#bytes > this.#window.bytes && count < this.#events.length)
    ) {
      this.#bytes -= this.#events[count]!.entry.json.length;
      count++;
    }
    const dropped = this.#events.splice(0, count);
    this.start = dropped.at(-1)?.revision ?? this.start;
    return dropped;
  }

  /** The events after a revision, oldest first. Throws Compacted when some of them are gone. */
  after(revision: number): StoreEvent[] {
    if (revision < this.start) throw new Compacted(revision, this.start);
    return this.#events.slice(this.#firstAfter(revision));
  }

  #firstAfter(revision: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
