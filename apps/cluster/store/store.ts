import { isObject, type JsonObject } from '@millrace/json';
import { type Entry, fromText, toEntry } from './entry.ts';
import { History, type StoreEvent, type Window } from './history.ts';
import { KeyIndex } from './key-index.ts';
import type { LogRecord, RevisionLog } from './log.ts';
import { type Change, comparePlaces, withChanges } from './order.ts';
import { Shelf } from './shelf.ts';

/** A log that refuses writes is tried again after this many milliseconds. */
const probeInterval = 500;

/** Objects of a resource from which on those with a label are found by an index. */
const fewest = 200;

const labelsOf = ({ labels }: Entry) => Object.entries(labels).map(([key, value]) => `${key}=${value}`);

const defaultWindow: Window = { events: 20_000, bytes: 16 << 20 };

/** The log has refused a write, and what was written since its last commit is undone; until it takes writes again. */
export class StoreFailed extends Error {
  override name = 'StoreFailed';
}

/**
 * The state of the cluster: all objects in memory, every change in the log.
 *
 * A write takes effect in memory at once, gets the next revision, and joins the transaction of the current turn of
 * the event loop. Nobody outside may learn of it before that transaction is committed: answers wait for `durable()`,
 * and subscribers hear of it after the commit. So a crash takes back only what nobody has seen, and so does a log that
 * refuses a transaction, as on a full disk: what it was about is undone, and as soon as it takes writes again all goes on.
 *
 * All methods are synchronous: between reading an entry and writing it no other writer can come, as long as the
 * caller does not wait in between.
 */
export class Store {
  revision: number;
  readonly #log: RevisionLog;
  readonly #report: (error: unknown) => void;
  readonly #history: History;
  readonly #shelves = new Map<string, Shelf>();
  readonly #owned = new Map<string, Set<Entry>>();
  readonly #indices = new Map<string, KeyIndex[]>();
  /** By resource, where objects have been asked for by a label. */
  readonly #labels = new Map<string, KeyIndex>();
  readonly #subscribers = new Set<(event: StoreEvent) => void>();
  /** Up to here everything is committed. */
  #committed: number;
  /** What is to be committed next. */
  #records: LogRecord[] = [];
  #unpublished: StoreEvent[] = [];
  /** Records that the log does not need any more. */
  #superseded: number[] = [];
  #commit: Promise<void> | undefined;
  #failure: StoreFailed | undefined;
  #probe: NodeJS.Timeout | undefined;

  /**
   * `report` is told of what subscribers throw: one that fails must not keep others from hearing; and of records that
   * cannot be read: they stay in the log, and do not keep the others from being served.
   */
  constructor(log: RevisionLog, window: Window = defaultWindow, report: (error: unknown) => void = () => {}) {
    this.#log = log;
    this.#report = report;
    this.#history = new History(log.compacted, window);
    this.revision = log.compacted;
    for (const record of log.replay()) {
      this.revision = record.revision;
      const entry = this.#read(record);
      const event = entry && this.#place(entry, record.deleted);
      if (record.revision > log.compacted && event) this.#history.add(event);
    }
    this.#committed = this.revision;
  }

  #read({ resource, revision, json }: LogRecord): Entry | undefined {
    try {
      return fromText(resource, revision, json);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#report(
        new Error(`record ${revision} of ${resource} cannot be read, and is set aside: ${why}`, { cause }),
      );
      return undefined;
    }
  }

  /** The oldest revision from which a watch can start. */
  get oldest(): number {
    return this.#history.start;
  }

  get(resource: string, namespace: string, name: string): Entry | undefined {
    return this.#shelves.get(resource)?.get(namespace, name);
  }

  /** The entries of a resource, ordered by namespace and name. The array must not be changed. */
  list(resource: string, namespace?: string): readonly Entry[] {
    return this.#shelves.get(resource)?.list(namespace) ?? [];
  }

  count(resource: string): number {
    return this.#shelves.get(resource)?.size ?? 0;
  }

  /** The resources of which there is at least one object. */
  resources(): string[] {
    return [...this.#shelves].filter(([, shelf]) => shelf.size > 0).map(([resource]) => resource);
  }

  /** How many objects of a resource name this uid as an owner. */
  countOwnedBy(uid: string, resource: string): number {
    let count = 0;
    for (const entry of this.#owned.get(uid) ?? []) if (entry.resource === resource) count++;
    return count;
  }

  /** An index over the entries of a resource that follows every write from now on; for whoever keeps the answer. */
  index(resource: string, keysOf: (entry: Entry) => readonly string[]): KeyIndex {
    const index = new KeyIndex(keysOf);
    for (const entry of this.list(resource)) index.add(entry);
    this.#indices.set(resource, [...(this.#indices.get(resource) ?? []), index]);
    return index;
  }

  /**
   * The entries of a resource that have all the labels, `key=value`, ordered as in lists; undefined where there are so few
   * of the resource that they can be looked through.
   */
  labelled(resource: string, labels: readonly string[], namespace?: string): Entry[] | undefined {
    if (labels.length === 0 || this.count(resource) < fewest) return undefined;
    const index = this.#labels.get(resource) ?? this.index(resource, labelsOf);
    this.#labels.set(resource, index);
    const [first, ...others] = labels.map(label => index.holders(label)).sort((a, b) => a.size - b.size);
    return [...first!]
      .filter(entry => namespace === undefined || entry.namespace === namespace)
      .filter(entry => others.every(holders => holders.has(entry)))
      .sort(comparePlaces);
  }

  /** The objects that name this uid as an owner. */
  ownedBy(uid: string): Entry[] {
    return [...(this.#owned.get(uid) ?? [])];
  }

  /** The list as it was at a revision of the window. Throws Compacted. */
  listAt(revision: number, resource: string, namespace?: string): readonly Entry[] {
    if (revision >= this.revision) return this.list(resource, namespace);
    const undone = new Map<string, Change>();
    // What stood in a place before the first of the later events is what stood there then.
    for (const { entry, previous } of this.#history.after(revision).reverse()) {
      if (entry.resource !== resource || (namespace !== undefined && entry.namespace !== namespace)) continue;
      const { namespace: space, name } = entry;
      undone.set(`${space}/${name}`, { namespace: space, name, entry: previous });
    }
    return withChanges(this.list(resource, namespace), [...undone.values()]);
  }

  /** The committed events after a revision, oldest first. Throws Compacted. */
  eventsAfter(revision: number): StoreEvent[] {
    const pending = this.#unpublished[0]?.revision ?? Number.POSITIVE_INFINITY;
    return this.#history.after(revision).filter(event => event.revision < pending);
  }

  /** True while the log refuses writes: reads go on. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Write an object, new or not; metadata.resourceVersion is set in the given tree. */
  put(resource: string, object: JsonObject): Entry {
    const entry = this.#stamp(resource, object);
    this.#append(entry, false);
    return entry;
  }

  /** Remove an object; `last` is the state that watches report, and becomes stamped with the new revision. */
  remove(resource: string, last: JsonObject): Entry {
    const entry = this.#stamp(resource, last);
    this.#append(entry, true);
    return entry;
  }

  /** Hear every committed change, in order. Answers with the way to stop. */
  subscribe(hear: (event: StoreEvent) => void): () => void {
    this.#subscribers.add(hear);
    return () => this.#subscribers.delete(hear);
  }

  /** Wait until all that was written so far is committed. Throws StoreFailed. */
  durable(): Promise<void> | undefined {
    return this.#commit;
  }

  close(): void {
    clearTimeout(this.#probe);
    if (this.#commit) this.#flush();
    this.#subscribers.clear();
    this.#log.close();
  }

  #stamp(resource: string, object: JsonObject): Entry {
    if (this.#failure) throw this.#failure;
    const revision = this.revision + 1;
    const metadata = isObject(object.metadata) ? object.metadata : {};
    object.metadata = { ...metadata, resourceVersion: String(revision) };
    return toEntry(resource, object, revision);
  }

  #append(entry: Entry, deleted: boolean): void {
    this.revision = entry.revision;
    this.#records.push({ revision: entry.revision, resource: entry.resource, deleted, json: entry.json });
    const event = this.#place(entry, deleted);
    if (event) {
      this.#history.add(event);
      this.#unpublished.push(event);
    }
    this.#commit ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          this.#flush();
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    // Someone may wait for the commit or not.
    this.#commit.catch(() => {});
  }

  #flush(): void {
    this.#commit = undefined;
    const [records, events] = [this.#records, this.#unpublished];
    [this.#records, this.#unpublished] = [[], []];
    try {
      this.#log.write(records);
    } catch (cause) {
      this.#undo(events);
      throw this.#fail(cause);
    }
    this.#committed = this.revision;
    this.#publish(events);
    if (this.#history.overfull) this.#compact();
  }

  #publish(events: readonly StoreEvent[]): void {
    for (const event of events) for (const hear of this.#subscribers) this.#tell(hear, event);
  }

  #tell(hear: (event: StoreEvent) => void, event: StoreEvent): void {
    try {
      hear(event);
    } catch (error) {
      this.#report(error);
    }
  }

  /**
   * Go back to what is committed. Those who act on what they have written hear that it is not there; watches, which never
   * heard of it, know by the revision that this is no news.
   */
  #undo(events: readonly StoreEvent[]): void {
    const back: StoreEvent[] = [];
    this.#history.takeBack(events.length);
    for (const { entry, previous } of events.toReversed()) {
      const undone = previous ? this.#place(previous, false) : this.#place(entry, true);
      if (undone) back.push({ ...undone, revision: this.#committed });
    }
    this.revision = this.#committed;
    this.#publish(back);
  }

  /** No more is taken until the log can be written again, which is tried now and then. */
  #fail(cause: unknown): StoreFailed {
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#failure = new StoreFailed(`the store cannot be written now: ${why}`, { cause });
    this.#report(this.#failure);
    const probe = () => {
      try {
        this.#log.compact(this.#log.compacted, []);
        this.#failure = undefined;
      } catch {
        this.#probe = setTimeout(probe, probeInterval).unref();
      }
    };
    this.#probe = setTimeout(probe, probeInterval).unref();
    return this.#failure;
  }

  /** A record goes when a later one for the same object stands at or before the new start of history. */
  #compact(): void {
    for (const event of this.#history.trim()) {
      if (event.previous) this.#superseded.push(event.previous.revision);
      if (event.type === 'DELETED') this.#superseded.push(event.revision);
    }
    try {
      this.#log.compact(this.#history.start, this.#superseded);
      this.#superseded = [];
    } catch (error) {
      // They go with the next ones: a record too many is superseded all the same.
      this.#report(error);
    }
  }

  #place(entry: Entry, deleted: boolean): StoreEvent | undefined {
    let shelf = this.#shelves.get(entry.resource);
    if (!shelf) this.#shelves.set(entry.resource, (shelf = new Shelf()));
    const previous = shelf.get(entry.namespace, entry.name);
    const indices = this.#indices.get(entry.resource) ?? [];
    if (previous) {
      this.#disown(previous);
      for (const index of indices) index.remove(previous);
    }
    if (deleted) {
      if (!previous) return undefined;
      shelf.remove(entry);
      return { type: 'DELETED', revision: entry.revision, entry, previous };
    }
    shelf.put(entry);
    for (const index of indices) index.add(entry);
    for (const owner of entry.owners) {
      const owned = this.#owned.get(owner);
      if (owned) owned.add(entry);
      else this.#owned.set(owner, new Set([entry]));
    }
    return { type: previous ? 'MODIFIED' : 'ADDED', revision: entry.revision, entry, previous };
  }

  #disown(entry: Entry): void {
    for (const owner of entry.owners) {
      const owned = this.#owned.get(owner);
      owned?.delete(entry);
      if (owned?.size === 0) this.#owned.delete(owner);
    }
  }
}
