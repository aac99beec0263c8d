import { apiVersionOfKind, kinds } from '@millrace/api';
import { type KubeClient, type KubeObject, NoMatchError, type WatchCache, watchCache } from '@millrace/kube';
import type { Row } from '../model/row.ts';
import { rowOf } from '../model/row-of.ts';

/** What became of a row; undefined when the object is gone. */
export type RowChange = [key: string, row: Row | undefined];

/** The rows of a cluster, kept by watches. */
export interface Fleet {
  /** Resolves when every kind has been listed, or cannot be. */
  ready(): Promise<void>;
  rows(): Row[];
  /** Kinds that the cluster has and this user cannot see, and why. */
  unseen(): { kind: string; why: string }[];
  subscribe(listener: (change: RowChange) => void): () => void;
  stop(): void;
}

/** Watch one kind: how the caller has its caches. */
export type WatchKind = (
  selection: { apiVersion: string; kind: string },
  project: (object: KubeObject) => Row,
) => { cache: WatchCache<Row>; release(): void };

/** Caches of one's own. */
export function ownWatches(client: KubeClient): WatchKind {
  return (selection, project) => {
    const cache = watchCache(client, selection, { project });
    return { cache, release: () => cache.stop() };
  };
}

export function watchFleet(watchKind: WatchKind): Fleet {
  const listeners = new Set<(change: RowChange) => void>();
  const watched = kinds.map(kind => {
    const { cache, release } = watchKind({ apiVersion: apiVersionOfKind(kind), kind: kind.kind }, rowOf);
    const unsubscribe = cache.subscribe(({ before, after }) => {
      const key = (after ?? before)?.key;
      if (key !== undefined) for (const listener of listeners) listener([key, after]);
    });
    const stop = () => {
      unsubscribe();
      release();
    };
    return { kind: kind.kind, cache, stop };
  });
  return {
    async ready() {
      await Promise.all(watched.map(({ cache }) => cache.settled()));
    },
    rows: () => watched.flatMap(({ cache }) => [...cache.values()]),
    unseen: () =>
      watched
        .filter(({ cache }) => !cache.hasSynced && !(cache.failure instanceof NoMatchError))
        .map(({ kind, cache: { failure } }) => ({
          kind,
          why: failure instanceof Error ? failure.message : 'not listed yet',
        })),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      for (const one of watched) one.stop();
    },
  };
}
