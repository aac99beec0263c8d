import { isDeepStrictEqual } from 'node:util';
import { type Alert, apiVersionOfKind, kinds } from '@millrace/api';
import { type KubeClient, type KubeObject, NoMatchError, type WatchCache, watchCache } from '@millrace/kube';
import type { Activity } from '../model/activity.ts';
import type { Row } from '../model/row.ts';
import { rowOf } from '../model/row-of.ts';
import { activityCounts } from './activity-counts.ts';
import { alertIndex } from './alert-index.ts';
import {
  type Happening,
  happeningOf,
  isDrift,
  type Reconciliations,
  reconciliationsOf,
} from './happening.ts';
import { type KeptMore, keptMore } from './kept-more.ts';
import { type Traces, tracesOf } from './traces.ts';

/** What became of a row; undefined when the object is gone. */
export type RowChange = [key: string, row: Row | undefined];

/** The rows of a cluster, and what happens to them, kept by watches. */
export interface Fleet {
  /** Resolves when every kind has been listed, or cannot be. */
  ready(): Promise<void>;
  rows(): Row[];
  /** Kinds that the cluster has and this user cannot see, and why. */
  unseen(): { kind: string; why: string }[];
  /** What is kept of an object beside what pages get. */
  kept(key: string): KeptMore | undefined;
  /** Those that listen to objects of a kind in a namespace. */
  alerts(to: Pick<Row, 'kind' | 'namespace'>): Iterable<Alert>;
  /** With what is searched of each. */
  traces(): Iterable<[row: Row, traces: Traces]>;
  /** As far as the cluster still has them. */
  happenings(): Iterable<Happening>;
  /** How many there were in the last hour, in the places that somebody may know of. */
  activity(mayKnow: (place: Pick<Happening, 'kind' | 'namespace'>) => boolean): Activity;
  subscribe(listener: Listener): () => void;
  stop(): void;
}

export interface Listener {
  row(change: RowChange): void;
  happened(happening: Happening): void;
}

/** Watch one kind: how the caller has its caches. What is projected to undefined is not kept. */
export type WatchKind = <T>(
  selection: { apiVersion: string; kind: string; metadataOnly?: boolean },
  project: (object: KubeObject) => T,
) => { cache: WatchCache<T>; release(): void };

/** Caches of one's own. @param namespace the only one that is looked into; undefined: all */
export function ownWatches(client: KubeClient, namespace?: string): WatchKind {
  return (selection, project) => {
    const cache = watchCache(client, { ...selection, namespace }, { project });
    return { cache, release: () => cache.stop() };
  };
}

/** What is kept of an object: what pages get, and what only counts here. */
interface Kept extends KeptMore {
  row: Row;
  done: readonly Reconciliations[];
  traces: Traces;
}

const keep = (object: KubeObject): Kept => ({
  row: rowOf(object),
  done: reconciliationsOf(object),
  traces: tracesOf(object),
  ...keptMore(object),
});

export function watchFleet(watchKind: WatchKind): Fleet {
  const listeners = new Set<Listener>();
  const kept = new Map<string, Kept>();
  const rows = new Map<string, Row>();
  const drifts = driftsOf();
  const counts = activityCounts();
  const listening = alertIndex();
  const put = (key: string, row: Row | undefined) => {
    if (isDeepStrictEqual(rows.get(key), row)) return;
    if (row) rows.set(key, row);
    else rows.delete(key);
    for (const listener of listeners) listener.row([key, row]);
  };
  const watched = kinds.map(kind => {
    const { cache, release } = watchKind({ apiVersion: apiVersionOfKind(kind), kind: kind.kind }, keep);
    const changed = ({ before, after }: { before?: Kept; after?: Kept }) => {
      const { key } = (after ?? before)!.row;
      if (after) kept.set(key, after);
      else kept.delete(key);
      if (before?.alert) listening.take(key, before.alert);
      if (after?.alert) listening.add(key, after.alert);
      put(key, after && drifts.marked(after));
    };
    for (const one of cache.values()) changed({ after: one });
    const unsubscribe = cache.subscribe(changed);
    const stop = () => {
      unsubscribe();
      release();
    };
    return { kind: kind.kind, cache, stop };
  });
  const events = watchKind({ apiVersion: 'v1', kind: 'Event' }, happeningOf);
  const happened = (happening: Happening | undefined) => {
    if (!happening) return;
    counts.add(happening);
    drifts.heard(happening);
    const one = kept.get(happening.key);
    if (one) put(one.row.key, drifts.marked(one));
    for (const listener of listeners) listener.happened(happening);
  };
  for (const happening of events.cache.values()) happened(happening);
  const unsubscribe = events.cache.subscribe(({ before, after }) => {
    if (before) counts.take(before);
    if (after) happened(after);
    else if (before) drifts.forget(before);
  });
  return {
    async ready() {
      await Promise.all([events, ...watched].map(({ cache }) => cache.settled()));
    },
    rows: () => [...rows.values()],
    unseen: () =>
      watched
        .filter(({ cache }) => !cache.hasSynced && !(cache.failure instanceof NoMatchError))
        .map(({ kind, cache: { failure } }) => ({
          kind,
          why: failure instanceof Error ? failure.message : 'not listed yet',
        })),
    kept: key => kept.get(key),
    alerts: to => listening.to(to),
    *traces() {
      for (const { row, traces } of kept.values()) yield [row, traces];
    },
    *happenings() {
      for (const happening of events.cache.values()) if (happening) yield happening;
    },
    activity: mayKnow => counts.of(mayKnow, Date.now()),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      unsubscribe();
      events.release();
      for (const one of watched) one.stop();
    },
  };
}

/** How many changes of one object are kept, until its row tells which of them were drift. */
const mostChanges = 5;

/** What was put back lately. Events and rows arrive in any order. */
function driftsOf() {
  const changes = new Map<string, Happening[]>();
  /** By the key of the object; a later revision does not undo what has happened. */
  const found = new Map<string, Happening>();
  return {
    heard(happening: Happening): void {
      if (happening.changed === '') return;
      const all = [happening, ...(changes.get(happening.key) ?? [])].sort((a, b) => b.at - a.at);
      changes.set(happening.key, all.slice(0, mostChanges));
    },
    /** The event has expired. */
    forget({ key, at }: Happening): void {
      const left = (changes.get(key) ?? []).filter(one => one.at > at);
      if (left.length > 0) changes.set(key, left);
      else changes.delete(key);
      if (found.get(key)?.at === at) found.delete(key);
    },
    marked({ row, done }: Kept): Row {
      const last = changes.get(row.key)?.find(one => isDrift(one, done)) ?? found.get(row.key);
      if (!last) return row;
      found.set(row.key, last);
      return { ...row, drift: { at: new Date(last.at).toISOString(), what: last.changed } };
    },
  };
}
