import { kinds } from '@millrace/api';
import type { Row } from '../model/row.ts';
import type { Fleet, Listener, RowChange } from './fleet.ts';
import type { Happening } from './happening.ts';
import { mayList } from './rights.ts';
import type { Viewer } from './viewer.ts';

/** The fleet as far as a viewer may see it. */
export interface SeenFleet {
  rows(): Row[];
  unseen(): { kind: string; why: string }[];
  /** Whether it may be that there is more. */
  readonly partial: boolean;
  happenings(): Iterable<Happening>;
  subscribe(listener: Listener): () => void;
}

/** Milliseconds after which the cluster is asked anew what a viewer may see. */
const renewal = 30_000;
/** Questions to the cluster at once. */
const atOnce = 8;

/**
 * The rows that a viewer may see: those of kinds that they may list, everywhere or in that namespace, as the cluster says
 * when this is called, whenever there are rows in a place that it was not asked about, and every half minute. Rows of
 * other places do not leave it. Throws where the cluster cannot be asked.
 *
 * @param options.onLost called when the cluster cannot be asked any more: what may be seen is not known then
 */
export async function seenBy(
  viewer: Viewer,
  fleet: Fleet,
  { signal, onLost, every = renewal }: { signal: AbortSignal; onLost: () => void; every?: number },
): Promise<SeenFleet> {
  if (viewer.as === 'own')
    return {
      rows: () => fleet.rows(),
      unseen: () => fleet.unseen(),
      partial: false,
      happenings: () => fleet.happenings(),
      subscribe: listener => fleet.subscribe(listener),
    };
  const listeners = new Set<Listener>();
  const tell = (change: RowChange) => {
    for (const listener of listeners) listener.row(change);
  };
  let rights: Rights = new Map();
  const sees = (place: Place) => maySee(rights, place) === true;
  // One after the other: an older answer never stands in the place of a newer one.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  };
  const learn = () =>
    inTurn(async () => {
      const rows = fleet.rows();
      const before = rights;
      rights = await ask(viewer, rows, before, signal);
      for (const row of fleet.rows())
        if (maySee(before, row) === undefined && sees(row)) tell([row.key, row]);
    });
  const renew = () =>
    inTurn(async () => {
      const before = rights;
      rights = await ask(viewer, fleet.rows(), new Map(), signal);
      for (const row of fleet.rows()) {
        const saw = maySee(before, row) === true;
        if (saw !== sees(row)) tell([row.key, saw ? undefined : row]);
      }
    });
  const lost = () => {
    if (!signal.aborted) onLost();
  };
  await learn();
  const unsubscribe = fleet.subscribe({
    row([key, row]) {
      const place = row ?? placeOf(key);
      const known = maySee(rights, place);
      if (known === true) tell([key, row]);
      else if (known === undefined && row) learn().catch(lost);
    },
    happened(happening) {
      if (sees(happening)) for (const listener of listeners) listener.happened(happening);
    },
  });
  const timer = setInterval(() => renew().catch(lost), every);
  const end = () => {
    clearInterval(timer);
    unsubscribe();
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return {
    rows: () => fleet.rows().filter(sees),
    unseen: () => fleet.unseen(),
    *happenings() {
      for (const happening of fleet.happenings()) if (sees(happening)) yield happening;
    },
    get partial() {
      return kinds.some(({ kind }) => rights.get(kind) !== true);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

type Place = Pick<Row, 'kind' | 'namespace'>;

/** Whether a kind may be listed, by `Kind` and `Kind/namespace`. */
type Rights = ReadonlyMap<string, boolean>;

const nameOf = ({ kind, namespace }: Place) => `${kind}/${namespace}`;

/** Undefined: the cluster was not asked. */
function maySee(rights: Rights, place: Place): boolean | undefined {
  return rights.get(place.kind) === true ? true : rights.get(nameOf(place));
}

function placeOf(key: string): Place {
  const [kind = '', namespace = ''] = key.split('/');
  return { kind, namespace };
}

/** What is known, and what is not known yet of the places of these rows. */
async function ask(
  viewer: Viewer,
  rows: Iterable<Place>,
  known: Rights,
  signal: AbortSignal,
): Promise<Rights> {
  const rights = new Map(known);
  const everywhere = kinds
    .map(({ kind }) => ({ kind, namespace: '' }))
    .filter(({ kind }) => !rights.has(kind));
  await eachOf(
    everywhere,
    async place => void rights.set(place.kind, await mayListRows(viewer, place, signal)),
  );
  const places = new Map<string, Place>();
  for (const row of rows) if (maySee(rights, row) === undefined) places.set(nameOf(row), row);
  await eachOf(
    places.values(),
    async place => void rights.set(nameOf(place), await mayListRows(viewer, place, signal)),
  );
  return rights;
}

async function eachOf<T>(values: Iterable<T>, work: (value: T) => Promise<void>): Promise<void> {
  const left = [...values].values();
  const worker = async () => {
    for (const value of left) await work(value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** @param place an empty namespace stands for all of them */
async function mayListRows(
  viewer: Viewer,
  { kind: name, namespace }: Place,
  signal: AbortSignal,
): Promise<boolean> {
  const kind = kinds.find(one => one.kind === name);
  if (!kind) return false;
  return mayList(viewer, { group: kind.group, resource: kind.plural, namespace }, signal);
}
