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
}

export function watchesOf(client: KubeClient, log: Logger): Watches {
  const open = new Map<string, Entry>();
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
      let released = false;
      return {
        cache: entry.cache as WatchCache<V>,
        release() {
          if (released) return;
          released = true;
          if (--entry.users > 0) return;
          entry.cache.stop();
          open.delete(key);
        },
      };
    },
    stop() {
      for (const { cache } of open.values()) cache.stop();
      open.clear();
    },
  };
}

/** Objects as they are, for kinds of which there are few. */
export const wholeObjects: View<KubeObject> = { name: 'whole', project: object => object };
