import { kinds } from '@millrace/api';
import type { Activity } from '../model/activity.ts';
import type { Row } from '../model/row.ts';
import type { Fleet, Listener } from './fleet.ts';
import { may, renewal } from './rights.ts';
import type { Viewer } from './viewer.ts';

/** The fleet as far as a viewer may see it. */
export interface SeenFleet extends Pick<Fleet, 'rows' | 'unseen' | 'happenings' | 'subscribe'> {
  activity(): Activity;
  /** Whether it may be that there is more. */
  readonly partial: boolean;
}

/** Milliseconds that the cluster may take to say it: a right that was taken away is gone within a minute. */
const patience = 10_000;

export interface SeeingOptions {
  signal: AbortSignal;
  /** Called when the cluster cannot be asked any more: what may be seen is not known then. */
  onLost(): void;
  /** Milliseconds after which the cluster is asked anew. */
  every?: number;
}

/**
 * The rows that a viewer may see: those of kinds that they may list, everywhere or in that namespace, as the cluster says
 * when this is called, whenever there are rows in a place that it was not asked about, and every half minute; and what
 * happens to them, where they may list events too. Nothing of other places leaves it. Throws where the cluster cannot be
 * asked.
 */
export async function seenBy(viewer: Viewer, fleet: Fleet, options: SeeingOptions): Promise<SeenFleet> {
  if (viewer.as === 'own') return { ...fleet, activity: () => fleet.activity(() => true), partial: false };
  const { signal, onLost, every = renewal } = options;
  const listeners = new Set<Listener>();
  const tell = (key: string, row: Row | undefined) => {
    for (const listener of listeners) listener.row([key, row]);
  };
  let rights: Rights = new Map();
  const inTurn = turns();
  let isAsked = false;
  /** @param anew what is known is asked about too */
  const ask = (anew = false) =>
    inTurn(async () => {
      if (!anew) isAsked = false;
      const before = rights;
      const within = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
      rights = await rightsIn(viewer, fleet.rows(), anew ? new Map() : before, within);
      for (const row of fleet.rows()) {
        const [was, is] = [shownBy(before, row), shownBy(rights, row)];
        if (was !== is) tell(row.key, is);
      }
    });
  const lost = () => {
    if (!signal.aborted) onLost();
  };
  /** However many rows come at once, their places are asked about together. */
  const learn = () => {
    if (isAsked) return;
    isAsked = true;
    ask().catch(lost);
  };
  let timer: NodeJS.Timeout | undefined;
  const renewLater = () => {
    timer = setTimeout(() => {
      ask(true).then(renewLater).catch(lost);
    }, every);
  };
  const unsubscribe = fleet.subscribe({
    row([key, row]) {
      const place = row ?? placeOf(key);
      const known = maySee(rights, place);
      if (known) tell(key, row && shownBy(rights, row));
      else if (known === undefined && row) learn();
    },
    happened(happening) {
      if (mayKnow(rights, happening)) for (const listener of listeners) listener.happened(happening);
    },
  });
  const end = () => {
    clearTimeout(timer);
    unsubscribe();
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    await ask();
  } catch (error) {
    end();
    throw error;
  }
  if (!signal.aborted) renewLater();
  return {
    rows: () => fleet.rows().flatMap(row => shownBy(rights, row) ?? []),
    unseen: () => fleet.unseen(),
    *happenings() {
      for (const happening of fleet.happenings()) if (mayKnow(rights, happening)) yield happening;
    },
    activity: () => fleet.activity(place => mayKnow(rights, place)),
    get partial() {
      return kinds.some(({ kind }) => rights.get(kind) !== true);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** One after the other: an older answer never stands in the place of a newer one. */
function turns(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return work => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
}

type Place = Pick<Row, 'kind' | 'namespace'>;

/** Whether a kind may be listed, by `Kind` and `Kind/namespace`. */
type Rights = ReadonlyMap<string, boolean>;

const nameOf = ({ kind, namespace }: Place) => `${kind}/${namespace}`;
const eventsIn = ({ namespace }: Place): Place => ({ kind: 'Event', namespace });

/** Undefined: the cluster was not asked. */
function maySee(rights: Rights, place: Place): boolean | undefined {
  return rights.get(place.kind) === true ? true : rights.get(nameOf(place));
}

const mayKnow = (rights: Rights, of: Place): boolean =>
  maySee(rights, of) === true && maySee(rights, eventsIn(of)) === true;

/** A row as far as it may be seen: that something was put back, events tell. */
function shownBy(rights: Rights, row: Row): Row | undefined {
  if (maySee(rights, row) !== true) return undefined;
  if (row.drift === undefined || mayKnow(rights, row)) return row;
  const { drift: _, ...rest } = row;
  return rest;
}

function placeOf(key: string): Place {
  const [kind = '', namespace = ''] = key.split('/');
  return { kind, namespace };
}

/** Questions to the cluster at once. */
const atOnce = 8;

/** What is known, and what is not known yet of the places of these rows. */
async function rightsIn(
  viewer: Viewer,
  rows: readonly Row[],
  known: Rights,
  signal: AbortSignal,
): Promise<Rights> {
  const rights = new Map(known);
  const askOf = async (places: Iterable<Place>) => {
    const left = new Map(
      [...places].map(place => [place.namespace === '' ? place.kind : nameOf(place), place]),
    );
    const todo = [...left].filter(([name]) => !rights.has(name)).values();
    const worker = async () => {
      for (const [name, place] of todo) rights.set(name, await mayList(viewer, place, signal));
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  };
  await askOf([...kinds.map(({ kind }) => kind), 'Event'].map(kind => ({ kind, namespace: '' })));
  await askOf(rows.filter(row => maySee(rights, row) === undefined));
  const seen = rows.filter(row => maySee(rights, row) === true);
  await askOf(seen.map(eventsIn).filter(place => maySee(rights, place) === undefined));
  return rights;
}

/** @param place an empty namespace stands for all of them */
async function mayList(
  viewer: Viewer,
  { kind: name, namespace }: Place,
  signal: AbortSignal,
): Promise<boolean> {
  const kind = name === 'Event' ? { group: '', plural: 'events' } : kinds.find(one => one.kind === name);
  if (!kind) return false;
  const { group, plural: resource } = kind;
  const where = namespace === '' ? {} : { namespace };
  return may(viewer, { verb: 'list', group, resource, ...where }, signal);
}
