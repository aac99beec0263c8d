import { printable, withoutCredentials, withoutSecrets } from '@millrace/plain-text';
import { type EventNote, Failed, NotReady, Stalled } from './outcome.ts';

/** The longest text that anything says of an object: what the API takes as the message of a condition. */
const limit = 32_768;

/**
 * The door through which everything passes that is said of an object: conditions, events and log lines. What must not
 * be shown is masked there: secrets that the visit has come to know, credentials in URLs, and what a terminal would
 * take for a command.
 */
export class Discretion {
  readonly #sources: (() => Iterable<string>)[] = [];
  readonly #names: (() => Iterable<string>)[] = [];

  /** @param texts asked for only when something is to be said */
  keep(texts: () => Iterable<string>): void {
    this.#sources.push(texts);
  }

  /** Names by which everybody knows things: a Secret that says `shop` hides no namespace of that name. */
  allow(names: () => Iterable<string>): void {
    this.#names.push(names);
  }

  plain(text: string): string {
    const names = new Set(this.#names.flatMap(found => [...found()]));
    const known = this.#sources.flatMap(texts => [...texts()]).filter(secret => !names.has(secret));
    return this.#shown(withoutSecrets(text, known));
  }

  /** What went well is told in our own words, with the names of objects; what failed may be told in others'. */
  note(note: EventNote): EventNote {
    const { message, severity } = note;
    return { ...note, message: severity === 'error' ? this.plain(message) : this.#shown(message) };
  }

  #shown(text: string): string {
    return printable(withoutCredentials(text), limit);
  }

  /** The same failure in words that can be shown. */
  failure(error: Failed): Failed {
    const { conditions, events, note } = error.options;
    const options = {
      ...error.options,
      ...(note ? { note: this.plain(note) } : {}),
      cause: undefined, // its words are not masked
      ...(conditions ? { conditions: mapValues(conditions, said => said && this.#condition(said)) } : {}),
      ...(events ? { events: events.map(note => this.note(note)) } : {}),
    };
    const message = this.plain(error.message);
    if (error instanceof Stalled) return new Stalled(error.reason, message, options);
    if (error instanceof NotReady) return new NotReady(error.reason, message, options);
    return new Failed(error.reason, message, options);
  }

  #condition<C extends { message: string }>(said: C): C {
    return { ...said, message: this.plain(said.message) };
  }
}

function mapValues<V>(map: Record<string, V>, change: (value: V) => V): Record<string, V> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
