import type { KubeClient } from './client.ts';
import { isGone } from './errors.ts';
import { type KubeObject, keyOf } from './object.ts';
import { delay } from './transport.ts';
import { watch } from './watch.ts';

/** What is watched: one kind, all of it or what the selectors leave. */
export interface Selection {
  apiVersion: string;
  kind: string;
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** Only what stands in metadata is seen. */
  metadataOnly?: boolean | undefined;
}

/** What changed: `before` is absent for what is new, `after` for what is gone. */
export interface Change<V> {
  key: string;
  before?: V;
  after?: V;
}

export interface WatchCacheOptions<V> {
  /** What to keep of each object: caches hold what is needed to compare and no more. */
  project(object: KubeObject): V;
  /** Values under which an object can be found with `indexed`, by index name. */
  indexes?: Record<string, (value: V) => string[]>;
  onError?: (error: unknown) => void;
  /** For tests: seconds after which the server ends a watch. */
  timeoutSeconds?: number;
}

/** A view of the cluster that follows every change. Reading it costs no request. */
export interface WatchCache<V> {
  /** Key: `namespace/name`, or `name` for cluster-scoped kinds. */
  get(key: string): V | undefined;
  values(): IterableIterator<V>;
  /** With their keys. */
  entries(): IterableIterator<[key: string, value: V]>;
  readonly size: number;
  indexed(index: string, value: string): V[];
  /** Resolves when the first list is in; rejects when the cache is stopped before. */
  synced(): Promise<void>;
  readonly hasSynced: boolean;
  /** Resolves at the first list, or at the first failure to get one. */
  settled(): Promise<void>;
  /** Why there is no first list yet; undefined while nothing has failed, and from the first list on. */
  readonly failure: unknown;
  /** Up to where the cache has seen what happened; empty before the first list. */
  readonly resourceVersion: string;
  /** Called after the cache holds the change. Returns what ends the subscription. */
  subscribe(listener: (change: Change<V>) => void): () => void;
  stop(): void;
}

const minBackoff = 100;
const maxBackoff = 10_000;

/**
 * List, then watch, then watch on from where it ended, for ever. What was seen stays readable while the server is
 * away; after a 410 the list is taken anew and what vanished meanwhile is reported as deleted.
 */
export function watchCache<V>(
  client: KubeClient,
  selection: Selection,
  options: WatchCacheOptions<V>,
): WatchCache<V> {
  const items = new Map<string, { value: V; resourceVersion: string }>();
  const indexes = new Map(
    Object.keys(options.indexes ?? {}).map(name => [name, new Map<string, Set<string>>()]),
  );
  const listeners = new Set<(change: Change<V>) => void>();
  const stopped = new AbortController();
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => {}); // stopping before the first list is no error unless somebody waits
  const attempt = Promise.withResolvers<void>();
  let failure: unknown;
  let hasSynced = false;
  let seen = '';

  const index = (key: string, value: V, add: boolean) => {
    for (const [name, entries] of indexes) {
      for (const word of options.indexes![name]!(value)) {
        const keys = entries.get(word) ?? new Set();
        add ? keys.add(key) : keys.delete(key);
        keys.size === 0 ? entries.delete(word) : entries.set(word, keys);
      }
    }
  };

  const put = (key: string, object: KubeObject | undefined) => {
    const before = items.get(key);
    const resourceVersion = object?.metadata.resourceVersion ?? '';
    if (before?.resourceVersion === resourceVersion && object) return;
    if (before) index(key, before.value, false);
    const after = object ? options.project(object) : undefined;
    if (after === undefined) items.delete(key);
    else {
      items.set(key, { value: after, resourceVersion });
      index(key, after, true);
    }
    if (!before && after === undefined) return;
    const change: Change<V> = {
      key,
      ...(before ? { before: before.value } : {}),
      ...(after === undefined ? {} : { after }),
    };
    for (const listener of listeners) listener(change);
  };

  const relist = async (): Promise<string> => {
    const { apiVersion, kind, ...rest } = selection;
    const list = await client.listAll(apiVersion, kind, { ...rest, signal: stopped.signal, as: 'own' });
    seen = list.resourceVersion;
    const present = new Set(list.items.map(item => keyOf(item.metadata)));
    for (const item of list.items) put(keyOf(item.metadata), item);
    for (const key of [...items.keys()]) if (!present.has(key)) put(key, undefined);
    hasSynced = true;
    failure = undefined;
    first.resolve();
    attempt.resolve();
    return list.resourceVersion;
  };

  const run = async () => {
    let resourceVersion = '';
    let backoff = minBackoff;
    while (!stopped.signal.aborted) {
      try {
        if (resourceVersion === '') resourceVersion = await relist();
        const { apiVersion, kind, ...rest } = selection;
        // Spread over five to ten minutes, so that many watches do not end together.
        const timeoutSeconds = options.timeoutSeconds ?? Math.round(300 * (1 + Math.random()));
        const events = watch(client, apiVersion, kind, {
          ...rest,
          resourceVersion,
          timeoutSeconds,
          signal: stopped.signal,
          as: 'own',
        });
        for await (const event of events) {
          backoff = minBackoff;
          resourceVersion =
            event.type === 'BOOKMARK' ? event.resourceVersion : (event.object.metadata.resourceVersion ?? '');
          seen = resourceVersion;
          if (event.type !== 'BOOKMARK') {
            put(keyOf(event.object.metadata), event.type === 'DELETED' ? undefined : event.object);
          }
        }
      } catch (error) {
        if (stopped.signal.aborted) break;
        if (!hasSynced) failure = error;
        attempt.resolve();
        if (!isGone(error)) options.onError?.(error);
        // A broken connection goes on where it was; whatever the server itself refuses begins with a list.
        if (!(error instanceof Error && error.name === 'ConnectionError')) resourceVersion = '';
        await delay(backoff * (0.5 + Math.random()), stopped.signal).catch(() => {});
        backoff = Math.min(backoff * 2, maxBackoff);
      }
    }
    attempt.resolve();
    first.reject(new DOMException('the watch cache was stopped', 'AbortError'));
  };
  void run();

  return {
    get: key => items.get(key)?.value,
    *values() {
      for (const { value } of items.values()) yield value;
    },
    *entries() {
      for (const [key, { value }] of items) yield [key, value];
    },
    get size() {
      return items.size;
    },
    indexed: (name, word) => [...(indexes.get(name)?.get(word) ?? [])].map(key => items.get(key)!.value),
    synced: () => first.promise,
    settled: () => attempt.promise,
    get failure() {
      return failure;
    },
    get hasSynced() {
      return hasSynced;
    },
    get resourceVersion() {
      return seen;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => stopped.abort(),
  };
}
