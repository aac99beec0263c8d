import { type Awaitable, after } from '@millrace/controller';
import { isNotFound, isOlder, type KubeClient, type KubeObject, keyOf, type ObjectRef } from '@millrace/kube';
import type { Owned, Sight } from './owned.ts';

/** Objects of a kind that may be read by their names and not listed, looked at again and again as Flux does. */
export interface OneByOne {
  /** Whether all that is wanted has been read once, or why not. */
  readonly state: Awaitable;
  /** Instead of what the owner wanted before. */
  want(owner: string, refs: readonly ObjectRef[]): void;
  /** The object as it was read last; undefined until that is what came of `since`. */
  look(ref: ObjectRef, since: string): Sight | undefined;
  stop(): void;
}

export interface OneByOneOptions {
  client: KubeClient;
  /** Undefined for what is nobody's. */
  project(object: KubeObject): Owned | undefined;
  listen(ref: ObjectRef, before: Owned | undefined, after: Owned | undefined): void;
  /** Between two rounds, in milliseconds; a round that takes long is followed by a longer rest. */
  rest?: number;
}

const usualRest = 5_000;
/** A round takes no more than this part of the time, however many objects there are. */
const share = 20;

interface Read {
  ref: ObjectRef;
  object?: Owned | undefined;
  /** When it was asked for last, counted in requests; zero before that. */
  turn: number;
  /** Of the write of ours that somebody wants to see, and when they began to. */
  since: string;
  wantedFrom: number;
}

export function readOneByOne({ client, project, listen, rest = usualRest }: OneByOneOptions): OneByOne {
  const wanted = new Map<string, readonly ObjectRef[]>();
  const reads = new Map<string, Read>();
  const stopped = new AbortController();
  const first = Promise.withResolvers<void>();
  const attempt = Promise.withResolvers<void>();
  first.promise.catch(() => {}); // stopping before the first round is no error unless somebody waits
  let failure: unknown;
  let hasSynced = false;
  let turns = 0;
  let cancel = () => {};
  let isReading = false;

  const read = async (entry: Read): Promise<void> => {
    const turn = ++turns;
    const found = await client.get(entry.ref, { as: 'own', signal: stopped.signal }).catch(error => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    const before = entry.object;
    const isAnswer = entry.turn < entry.wantedFrom && turn >= entry.wantedFrom;
    entry.object = found && project(found);
    entry.turn = turn;
    if (isAnswer || before?.resourceVersion !== entry.object?.resourceVersion)
      listen(entry.ref, before, entry.object);
  };

  const round = async (): Promise<void> => {
    isReading = true;
    const begun = performance.now();
    try {
      for (const entry of reads.values()) await read(entry);
      hasSynced = true;
      failure = undefined;
      first.resolve();
    } catch (error) {
      failure = error;
    }
    attempt.resolve();
    isReading = false;
    if (!stopped.signal.aborted) soon(Math.max(rest, (performance.now() - begun) * share));
  };

  const soon = (wait: number) => {
    cancel();
    cancel = after(wait, () => void round());
  };

  const state: Awaitable = {
    get hasSynced() {
      return hasSynced;
    },
    get failure() {
      return hasSynced ? undefined : failure;
    },
    settled: () => attempt.promise,
    synced: () => first.promise,
  };

  return {
    state,
    want(owner, refs) {
      if (refs.length === 0) wanted.delete(owner);
      else wanted.set(owner, refs);
      const keep = new Map([...wanted.values()].flat().map(ref => [keyOf(ref), ref]));
      for (const key of reads.keys()) if (!keep.has(key)) reads.delete(key);
      const isNew = [...keep].filter(([key]) => !reads.has(key));
      for (const [key, ref] of isNew) reads.set(key, { ref, turn: 0, since: '', wantedFrom: 0 });
      if (isNew.length > 0 && !isReading) soon(0);
    },
    look(ref, since) {
      const entry = reads.get(keyOf(ref));
      if (!entry) return undefined;
      if (entry.since !== since) {
        entry.since = since;
        entry.wantedFrom = turns + 1;
        // A write that is not shown yet is worth a look at once.
        if (!isReading && isOlder(entry.object?.resourceVersion ?? '0', since)) soon(0);
      }
      if (entry.turn === 0) return undefined;
      if (entry.object)
        return isOlder(entry.object.resourceVersion, since) ? undefined : { object: entry.object };
      return since === '' || entry.turn >= entry.wantedFrom ? {} : undefined;
    },
    stop() {
      stopped.abort();
      cancel();
      attempt.resolve();
      first.reject(new DOMException('nobody looks at these objects any more', 'AbortError'));
    },
  };
}
