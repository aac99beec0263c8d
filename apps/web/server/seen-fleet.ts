import { kinds } from '@millrace/api';
import type { Activity } from '../model/activity.ts';
import type { Row } from '../model/row.ts';
import type { Fleet, Listener } from './fleet.ts';
import { askedSights, isSeen, type Sight, type Sights } from './namespace-rules.ts';
import { renewal } from './rights.ts';
import type { Viewer } from './viewer.ts';

/** The fleet as far as a viewer may see it. */
export interface SeenFleet
  extends Pick<Fleet, 'rows' | 'unseen' | 'happenings' | 'subscribe' | 'kept' | 'alerts'> {
  activity(): Activity;
  /** Whether it may be that there is more. */
  readonly partial: boolean;
}

export interface SeeingOptions {
  signal: AbortSignal;
  /** Called when the cluster cannot be asked any more: what may be seen is not known then. */
  onLost(): void;
  /** Milliseconds after which the cluster is asked anew. */
  every?: number;
}

/**
 * The rows that a viewer may see: those of kinds that they may list, everywhere or in that namespace, and those that a role
 * names, as the cluster says when this is called, whenever there are rows in a place that it was not asked about, and every half minute; and what
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
  let sights = askedSights(viewer);
  const inTurn = turns();
  let isAsked = false;
  /** @param anew what is known is asked about too */
  const ask = (anew = false) =>
    inTurn(async () => {
      if (!anew) isAsked = false;
      const before = rights;
      if (anew) sights = askedSights(viewer);
      rights = await rightsIn(sights, fleet.rows(), anew ? new Map() : before);
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
      const known = maySee(rights, row ?? ofKey(key));
      if (known) tell(key, row && shownBy(rights, row));
      else if (known === undefined && row) learn();
    },
    happened(happening) {
      if (mayKnow(rights, ofKey(happening.key)))
        for (const listener of listeners) listener.happened(happening);
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
      for (const happening of fleet.happenings()) if (mayKnow(rights, ofKey(happening.key))) yield happening;
    },
    kept: key => (maySee(rights, ofKey(key)) ? fleet.kept(key) : undefined),
    *alerts(to) {
      for (const alert of fleet.alerts(to)) {
        const { namespace = '', name } = alert.metadata;
        if (maySee(rights, { kind: 'Alert', namespace, name })) yield alert;
      }
    },
    activity: () => fleet.activity(place => mayKnowAll(rights, place)),
    get partial() {
      return kinds.some(({ kind }) => rights.get(kind) !== 'all');
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
type Named = Pick<Row, 'kind' | 'namespace' | 'name'>;

/** What may be seen of a kind, by `Kind` and `Kind/namespace`. */
type Rights = ReadonlyMap<string, Sight>;

const nameOf = ({ kind, namespace }: Place) => `${kind}/${namespace}`;
const eventsIn = ({ namespace }: Place): Place => ({ kind: 'Event', namespace });

/** Undefined: the cluster was not asked. */
function sightOf(rights: Rights, place: Place): Sight | undefined {
  return rights.get(place.kind) === 'all' ? 'all' : rights.get(nameOf(place));
}

function maySee(rights: Rights, object: Named): boolean | undefined {
  const sight = sightOf(rights, object);
  return sight && isSeen(sight, object.name);
}

/** What happens to all objects of a place. */
const mayKnowAll = (rights: Rights, of: Place): boolean =>
  sightOf(rights, of) === 'all' && sightOf(rights, eventsIn(of)) === 'all';

const mayKnow = (rights: Rights, of: Named): boolean =>
  maySee(rights, of) === true && sightOf(rights, eventsIn(of)) === 'all';

/** A row as far as it may be seen: that something was put back, events tell. */
function shownBy(rights: Rights, row: Row): Row | undefined {
  if (maySee(rights, row) !== true) return undefined;
  if (row.drift === undefined || mayKnow(rights, row)) return row;
  const { drift: _, ...rest } = row;
  return rest;
}

function ofKey(key: string): Named {
  const [kind = '', namespace = '', ...name] = key.split('/');
  return { kind, namespace, name: name.join('/') };
}

/** Questions to the cluster at once. */
const atOnce = 8;

/** What is known, and what is not known yet of the places of these rows. */
async function rightsIn(sights: Sights, rows: readonly Row[], known: Rights): Promise<Rights> {
  const rights = new Map(known);
  const askOf = async (places: Iterable<Place>) => {
    const left = new Map(
      [...places].map(place => [place.namespace === '' ? place.kind : nameOf(place), place]),
    );
    const todo = [...left].filter(([name]) => !rights.has(name)).values();
    const worker = async () => {
      for (const [name, place] of todo) rights.set(name, await sightIn(sights, place));
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  };
  await askOf([...kinds.map(({ kind }) => kind), 'Event'].map(kind => ({ kind, namespace: '' })));
  await askOf(rows.filter(row => sightOf(rights, row) === undefined));
  const seen = rows.filter(row => maySee(rights, row) === true);
  await askOf(seen.map(eventsIn).filter(place => sightOf(rights, place) === undefined));
  return rights;
}

/** @param place an empty namespace stands for all of them */
async function sightIn(sights: Sights, { kind: name, namespace }: Place): Promise<Sight> {
  const kind = name === 'Event' ? { group: '', plural: 'events' } : kinds.find(one => one.kind === name);
  if (!kind) return 'none';
  return sights.of({ group: kind.group, resource: kind.plural, namespace });
}
