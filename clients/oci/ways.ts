import { type ConnectionOptions, connection } from '@millrace/http';
import type { Dispatcher } from 'undici';

/** How a registry is reached: connections that go on, and the protocol that it has been found to speak. */
export interface Way {
  readonly dispatcher: Dispatcher;
  /** Where the registry is, once that is known; for a minute. */
  origin: URL | undefined;
  /** Nobody asks by it any more, until it is taken again. */
  release(): Promise<void>;
}

/** Ways for who comes again: one for the process. Bounded, those that rest longest go first. */
export interface Ways {
  take(host: string, options: ConnectionOptions): Way;
}

const mostResting = 50;

/** In milliseconds. */
const originLifetime = 60_000;

interface Kept {
  dispatcher: Dispatcher;
  users: number;
  origin: { url: URL; until: number } | undefined;
}

export function ways(now: () => number = Date.now): Ways {
  const kept = new Map<string, Kept>();
  const forgetOldest = async () => {
    const resting = [...kept].filter(([, { users }]) => users === 0);
    const [oldest] = resting;
    if (resting.length <= mostResting || !oldest) return;
    kept.delete(oldest[0]);
    await oldest[1].dispatcher.destroy();
  };
  return {
    take(host, { tls, insecure, proxy }) {
      const key = JSON.stringify([host, tls, insecure, proxy]);
      const way: Kept = kept.get(key) ?? {
        dispatcher: connection({ tls, insecure, proxy }),
        users: 0,
        origin: undefined,
      };
      way.users++;
      // Taken last is forgotten last.
      kept.delete(key);
      kept.set(key, way);
      return {
        dispatcher: way.dispatcher,
        get origin() {
          return way.origin && way.origin.until > now() ? way.origin.url : undefined;
        },
        set origin(url) {
          way.origin = url && { url, until: now() + originLifetime };
        },
        release() {
          way.users--;
          return forgetOldest();
        },
      };
    },
  };
}

/** A way that nobody else takes, and that ends when it is let go. */
export function ownWay(options: ConnectionOptions): Way {
  const dispatcher = connection(options);
  return { dispatcher, origin: undefined, release: () => dispatcher.destroy() };
}
