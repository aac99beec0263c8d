import type { WatchCache } from '@millrace/kube';
import { Failed, Parked } from './outcome.ts';

/**
 * Returns when the cache holds its first list. Before that it throws: Parked while the list is under way, Failed
 * with the server's words when it was refused, or does not come. The owner is woken as soon as there is an answer.
 */
export type WaitFor = (owner: string, cache: Awaitable, what: string) => void;

/** Whatever has a first list that is to be waited for. */
export type Awaitable = Pick<WatchCache<unknown>, 'hasSynced' | 'failure' | 'settled' | 'synced'>;

/** A server that has not answered after so long is said to be silent. */
const patience = 30_000;

interface Awaited {
  since: number;
  owners: Set<string>;
}

/** @param reason of the failure, for the Ready condition */
export function waitFor(wake: (owner: string) => void, reason: string): WaitFor {
  const awaited = new WeakMap<Awaitable, Awaited>();

  const begin = (cache: Awaitable): Awaited => {
    const entry = { since: Date.now(), owners: new Set<string>() };
    const answered = () => {
      for (const owner of entry.owners) wake(owner);
    };
    awaited.set(cache, entry);
    cache.settled().then(answered);
    cache.synced().then(
      () => {
        answered();
        entry.owners.clear();
      },
      () => {}, // stopped: nobody needs it any more
    );
    return entry;
  };

  return (owner, cache, what) => {
    if (cache.hasSynced) return;
    const { since, owners } = awaited.get(cache) ?? begin(cache);
    owners.add(owner);
    const left = since + patience - Date.now();
    if (cache.failure === undefined && left > 0) throw new Parked(what, left);
    const problem = cache.failure === undefined ? 'the server does not answer' : messageOf(cache.failure);
    throw new Failed(reason, `cannot get ${what}: ${problem}`);
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
