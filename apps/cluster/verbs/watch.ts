import { emptyForm } from '@millrace/schema';
import type { Api, Target } from '../api/api.ts';
import type { Renderer } from '../api/representation.ts';
import { isTrue } from '../api/request-path.ts';
import { groupVersion } from '../api/resource.ts';
import { type ApiError, errorStatus, expired } from '../api/status.ts';
import { later } from '../control/timers.ts';
import type { OutputStream } from '../http/exchange.ts';
import type { Entry } from '../store/entry.ts';
import { Compacted, type StoreEvent } from '../store/history.ts';
import { asIfWatched, type Selector, scopeOf, selectorOf, unreached } from './list.ts';
import { watchOptions } from './list-options.ts';

const bookmarkInterval = 60_000;
const initialEventsEnd = 'k8s.io/initial-events-end';

/** What a watch request asks for. */
export interface WatchPlan {
  readonly target: Target;
  readonly selector: Selector | undefined;
  /** The state to begin with, told as ADDED events; undefined when the client knows it. */
  readonly initial: readonly Entry[] | undefined;
  readonly from: number;
  readonly bookmarks: boolean;
  /** Mark the end of the initial state with a bookmark. */
  readonly marksEnd: boolean;
  readonly timeout: number;
  /** Ends the watch before it begins: a state that is not older than a revision to come is not to be had. */
  readonly problem: ApiError | undefined;
}

/**
 * Read a watch request. Throws 400 and 422.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-watch and #streaming-lists
 */
export function planWatch(api: Api, target: Target, query: URLSearchParams): WatchPlan {
  const options = watchOptions(query);
  const streams = options.sendInitialEvents === true;
  const asked = asIfWatched(options.resourceVersion);
  const selector = selectorOf(target, query);
  const wantsInitial = streams || (asked === 0 && options.sendInitialEvents === undefined);
  const initial = wantsInitial ? api.store.list(target.resource.storage, scopeOf(target)) : undefined;
  return {
    target,
    selector,
    initial: initial && selector ? initial.filter(selector) : initial,
    from: initial || asked === 0 ? api.store.revision : asked,
    bookmarks: isTrue(query.get('allowWatchBookmarks')),
    // So it is for watches that begin with the state unasked, too.
    marksEnd: initial !== undefined && isTrue(query.get('allowWatchBookmarks')),
    // Kubernetes spreads the end of watches over half an hour, so that not all clients return at once.
    problem: streams ? unreached(api, asked) : undefined,
    timeout: (options.timeoutSeconds > 0 ? options.timeoutSeconds : 1800 + Math.random() * 1800) * 1000,
  };
}

/**
 * The client comes from a revision that this store has not reached: it knew another cluster. Upstream would wait for
 * the revision, in silence and for as long as it takes; this cluster is wiped and replaced often, and its clients must
 * notice, so that they are told to list again.
 */
class Unknown extends Error {
  override name = 'Unknown';
  constructor(asked: number, current: number) {
    super(`too large resource version: ${asked} (${current})`);
  }
}

/**
 * One watch: a cursor over the store's history.
 *
 * While the reader keeps up, events go out as they come. When the stream fills, nothing is queued: the cursor stays
 * and goes on from history once the stream drains, so that a slow reader costs no memory. When history has moved
 * past the cursor the watch ends with 410, as if the client had come back too late.
 */
export class Watch {
  readonly #api: Api;
  readonly #plan: WatchPlan;
  readonly #renderer: Renderer;
  readonly #stream: OutputStream;
  readonly #scope: string | undefined;
  #initial: Iterator<Entry> | undefined;
  #position: number;
  #blocked = false;
  #first = true;
  #stop: () => void = () => {};

  constructor(api: Api, plan: WatchPlan, renderer: Renderer, stream: OutputStream) {
    this.#api = api;
    this.#plan = plan;
    this.#renderer = renderer;
    this.#stream = stream;
    this.#scope = scopeOf(plan.target);
    this.#initial = plan.initial?.values();
    this.#position = plan.from;
  }

  run(): void {
    const unsubscribe = this.#api.store.subscribe(event => this.#hear(event));
    const notTooLong = later(this.#plan.timeout, () => this.#end());
    const bookmarks = this.#plan.bookmarks
      ? setInterval(() => !this.#blocked && this.#bookmark(), bookmarkInterval).unref()
      : undefined;
    this.#stop = () => {
      unsubscribe();
      notTooLong();
      clearInterval(bookmarks);
      this.#blocked = true;
    };
    this.#stream.onClose(() => this.#stop());
    this.#stream.onDrain(() => this.#advance());
    this.#advance();
  }

  #hear(event: StoreEvent): void {
    if (this.#blocked) {
      if (this.#api.store.oldest > this.#position) this.#cut();
      return;
    }
    if (event.revision <= this.#position) return;
    this.#tell(event);
  }

  /** Send what is left of the initial state, then what history holds after the cursor. */
  #advance(): void {
    this.#blocked = false;
    if (this.#plan.problem) {
      this.#fail(this.#plan.problem);
      return;
    }
    if (this.#position > this.#api.store.revision) {
      this.#fail(expired(new Unknown(this.#position, this.#api.store.revision).message));
      return;
    }
    while (this.#initial) {
      const { value, done } = this.#initial.next();
      if (done) this.#finishInitial();
      else this.#send('ADDED', this.#object(value));
      if (this.#blocked) return;
    }
    try {
      for (const event of this.#api.store.eventsAfter(this.#position)) {
        this.#tell(event);
        if (this.#blocked) return;
      }
    } catch (error) {
      if (!(error instanceof Compacted)) throw error;
      this.#fail(expired(error.message));
    }
  }

  #finishInitial(): void {
    this.#initial = undefined;
    if (this.#plan.marksEnd) this.#bookmark({ [initialEventsEnd]: 'true' });
  }

  /** An object that starts to match is ADDED to the client, one that ceases to is DELETED. */
  #tell(event: StoreEvent): void {
    this.#position = event.revision;
    const { entry, previous } = event;
    if (entry.resource !== this.#plan.target.resource.storage) return;
    if (this.#scope !== undefined && entry.namespace !== this.#scope) return;
    const { selector } = this.#plan;
    if (!selector) {
      this.#send(event.type, this.#object(entry));
      return;
    }
    const before = previous !== undefined && selector(previous);
    const now = event.type !== 'DELETED' && selector(entry);
    if (now) this.#send(before ? 'MODIFIED' : 'ADDED', this.#object(entry));
    else if (before)
      this.#send(
        'DELETED',
        this.#object(event.type === 'DELETED' ? entry : restamped(previous, event.revision)),
      );
  }

  #object(entry: Entry): string {
    const text = this.#renderer.event(entry, this.#first);
    this.#first = false;
    return text;
  }

  #bookmark(annotations?: Record<string, string>): void {
    const { resource } = this.#plan.target;
    const metadata = { resourceVersion: String(this.#position), ...(annotations && { annotations }) };
    // An object of a built-in kind with nothing in it has what its Go type always writes.
    const nothing = resource.custom || !resource.schema ? {} : emptyForm(resource.schema);
    this.#send(
      'BOOKMARK',
      JSON.stringify({ kind: resource.kind, apiVersion: groupVersion(resource), ...nothing, metadata }),
    );
  }

  #send(type: string, object: string): void {
    if (!this.#stream.write(`{"type":"${type}","object":${object}}\n`)) this.#blocked = true;
  }

  #fail(error: ApiError): void {
    this.#send('ERROR', JSON.stringify(errorStatus(error)));
    this.#end();
  }

  #end(): void {
    if (this.#plan.bookmarks && !this.#blocked) this.#bookmark();
    this.#stop();
    this.#stream.end();
  }

  /** The reader is so far behind that what it would need next is gone. */
  #cut(): void {
    this.#stop();
    this.#stream.destroy();
  }
}

/** The last state that the client knew, with the revision at which it went out of its sight. */
function restamped(entry: Entry, revision: number): Entry {
  const tree = JSON.parse(entry.json) as { metadata: Record<string, unknown> };
  tree.metadata.resourceVersion = String(revision);
  return { ...entry, revision, json: JSON.stringify(tree) };
}
