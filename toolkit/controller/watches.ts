import {
  type KubeClient,
  type KubeObject,
  type Selection,
  type WatchCache,
  watchCache,
} from '@millrace/kube';
import type { Logger } from './log.ts';

/**
 * The watches of one cluster, each shared by all who need it: the first to ask opens it, and it is closed a while
 * after the last has let go. All users of a selection agree on one projection, named by `view`.
 */
export interface Watches {
  use<V>(selection: Selection, view: View<V>): Shared<V>;
  stop(): void;
  /** How many watches are open. */
  readonly size: number;
}

/** What is kept of the objects, and by which indexes they are found. */
export interface View<V> {
  name: string;
  project(object: KubeObject): V;
  indexes?: Record<string, (value: V) => string[]>;
}

export interface Shared<V> {
  cache: WatchCache<V>;
  release(): void;
}

interface Entry {
  cache: WatchCache<unknown>;
  users: number;
  /** Runs while nobody uses it. */
  end?: NodeJS.Timeout;
}

/** Milliseconds for which a watch that nobody uses stays open: who waits for the next release needs the same. */
const linger = 15_000;

export function watchesOf(client: KubeClient, log: Logger): Watches {
  const open = new Map<string, Entry>();
  const close = (key: string, entry: Entry) => {
    entry.cache.stop();
    open.delete(key);
  };
  return {
    get size() {
      return open.size;
    },
    use<V>(selection: Selection, view: View<V>) {
      const key = JSON.stringify([
        view.name,
        selection.apiVersion,
        selection.kind,
        selection.namespace,
        selection.labelSelector,
        selection.fieldSelector,
        selection.metadataOnly,
      ]);
      const entry = open.get(key) ?? {
        cache: watchCache<V>(client, selection, {
          project: view.project,
          ...(view.indexes ? { indexes: view.indexes } : {}),
          onError: error => log.debug({ error, kind: selection.kind }, 'a watch was interrupted'),
        }) as WatchCache<unknown>,
        users: 0,
      };
      open.set(key, entry);
      entry.users++;
      clearTimeout(entry.end);
      let released = false;
      return {
        cache: entry.cache as WatchCache<V>,
        release() {
          if (released) return;
          released = true;
          if (--entry.users > 0) return;
          // One that shows nothing is of no use to the next.
          if (entry.cache.hasSynced) entry.end = setTimeout(close, linger, key, entry).unref();
          else close(key, entry);
        },
      };
    },
    stop() {
      for (const { cache, end } of open.values()) {
        clearTimeout(end);
        cache.stop();
      }
      open.clear();
    },
  };
}

/** Objects as they are, for kinds of which there are few. */
export const wholeObjects: View<KubeObject> = { name: 'whole', project: object => object };
