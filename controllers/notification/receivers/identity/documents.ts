import { type Http, http } from '@millrace/cloud';
import { isObject, type JsonObject } from '@millrace/json';

/**
 * How long a document is taken for true, how old one has to be that is asked for anew, and how long a failure stands.
 */
const times = { fresh: 300_000, renew: 30_000, failed: 3000 };
const mostKept = 100;

interface Kept {
  since: number;
  document: Promise<JsonObject>;
  failed: boolean;
}

/** What identity providers publish: each document is asked for once in a while, however many requests want it. */
export class Documents {
  readonly #ask: Http;
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();

  constructor(ask: Http = http(), now: () => number = Date.now) {
    this.#ask = ask;
    this.#now = now;
  }

  /** Rejects where there is none, with an error that names the server. */
  get(url: string): Promise<JsonObject> {
    return this.#notOlder(url, times.fresh);
  }

  /** The same, of lately: something is looked for in it that the one of before does not have. */
  renewed(url: string): Promise<JsonObject> {
    return this.#notOlder(url, times.renew);
  }

  #notOlder(url: string, age: number): Promise<JsonObject> {
    const kept = this.#kept.get(url);
    if (kept && this.#now() - kept.since < (kept.failed ? times.failed : age)) return kept.document;
    const entry: Kept = { since: this.#now(), document: this.#fetch(url), failed: false };
    entry.document.catch(() => {
      entry.failed = true;
    });
    this.#kept.delete(url);
    this.#kept.set(url, entry);
    if (this.#kept.size > mostKept) this.#kept.delete(this.#kept.keys().next().value!);
    return entry.document;
  }

  async #fetch(url: string): Promise<JsonObject> {
    const { status, body } = await this.#ask({ method: 'GET', url });
    const { origin } = new URL(url);
    if (status !== 200) throw new Error(`${origin} answered with status ${status} instead of a document`);
    let value: unknown;
    try {
      value = JSON.parse(body.toString('utf8'));
    } catch {
      value = undefined;
    }
    if (!isObject(value)) throw new Error(`${origin} answered with something that is no JSON object`);
    return value;
  }
}
