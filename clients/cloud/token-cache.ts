import { createHash } from 'node:crypto';

/** What ends at some time. */
export interface Expiring {
  expires: Date;
}

export interface TokenCacheOptions {
  /** Tokens that are kept; the one that was not used for longest goes first. */
  maxSize?: number;
  /** Milliseconds after which a token is asked for anew, however long it would last. */
  maxDuration?: number;
  now?: () => number;
  told?: TokenCacheObserver | undefined;
}

/** Who counts what a cache does. */
export interface TokenCacheObserver {
  /** A token was asked for, and was there or was not. */
  looked(wasThere: boolean): void;
  /** That came to a token, or did not. */
  asked(succeeded: boolean): void;
  /** By how many there are more. */
  kept(more: number): void;
  /** One had to go to make room. */
  evicted(): void;
}

export interface TokenCache {
  /**
   * The token of this key, or a new one from `make`, which is called once at a time for a key and given up on after
   * half a minute. `key` must hold everything that decides whose token it is and what for.
   */
  get<T extends Expiring>(key: Key, make: Make<T>, signal?: AbortSignal): Promise<T>;
  /** A token that was refused. */
  forget(key: Key): void;
}

type Key = readonly unknown[];
type Make<T> = (signal: AbortSignal) => Promise<T>;

interface Held {
  token: Expiring;
  until: number;
}

interface Flight {
  token: Promise<Expiring>;
  waiting: number;
  abandon: AbortController;
}

/** No token takes longer: the requests that it is made of have 10 s each. */
const longestFlight = 30_000;

/** A token is not handed out in the last fifth of its life, or its last five minutes if these are less. */
const margin = (life: number) => Math.min(life / 5, 300_000);

export function tokenCache(options: TokenCacheOptions = {}): TokenCache {
  const now = options.now ?? Date.now;
  const maxSize = options.maxSize ?? 100;
  const maxDuration = options.maxDuration ?? 3_600_000;
  const held = new Map<string, Held>();
  const flights = new Map<string, Flight>();

  const { told } = options;

  const drop = (id: string) => {
    if (held.delete(id)) told?.kept(-1);
  };
  const keep = (id: string, token: Expiring) => {
    const life = Math.min(token.expires.getTime() - now(), maxDuration);
    // Not a date, or over already: whoever asked for it may try it, and nobody after.
    if (!(life > 0)) return;
    drop(id);
    held.set(id, { token, until: now() + life - margin(life) });
    told?.kept(1);
    if (held.size <= maxSize) return;
    drop(held.keys().next().value!);
    told?.evicted();
  };

  const find = (id: string) => {
    const entry = held.get(id);
    drop(id);
    if (!entry || now() >= entry.until) return undefined;
    held.set(id, entry); // used last
    told?.kept(1);
    return entry.token;
  };

  const depart = (id: string, make: Make<Expiring>): Flight => {
    const abandon = new AbortController();
    const signal = AbortSignal.any([abandon.signal, AbortSignal.timeout(longestFlight)]);
    const flight = { token: unlessAborted(make(signal), signal), waiting: 0, abandon };
    flights.set(id, flight);
    const land = () => flights.get(id) === flight && flights.delete(id);
    flight.token.then(
      token => land() && keep(id, token),
      () => land(),
    );
    return flight;
  };

  return {
    async get<T extends Expiring>(key: Key, make: Make<T>, signal?: AbortSignal): Promise<T> {
      signal?.throwIfAborted();
      const id = idOf(key);
      const found = find(id);
      told?.looked(found !== undefined);
      if (found) {
        told?.asked(true);
        return found as T;
      }
      const flight = flights.get(id) ?? depart(id, make);
      flight.waiting++;
      try {
        const token = (await unlessAborted(flight.token, signal)) as T;
        told?.asked(true);
        return token;
      } catch (error) {
        told?.asked(false);
        throw error;
      } finally {
        flight.waiting--;
        if (flight.waiting === 0) {
          flight.abandon.abort(new DOMException('nobody waits for it any more', 'AbortError'));
          if (flights.get(id) === flight) flights.delete(id);
        }
      }
    },
    forget: key => drop(idOf(key)),
  };
}

/** Static keys may be part of a key: what is kept is a digest. */
function idOf(key: Key): string {
  return createHash('sha256').update(JSON.stringify(key)).digest('base64');
}

/** A promise that is left alone when the signal says so, whatever it does itself. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  const { promise: first, resolve, reject } = Promise.withResolvers<T>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  if (signal.aborted) stop();
  return first;
}
