import { batch, computed, signal } from '@preact/signals';
import type { Activity } from '../model/activity.ts';
import type { Grouping } from '../model/place.ts';
import { hasDrifted, inOrder, matches, type Row, type State } from '../model/row.ts';
import { place } from './place.ts';

/** Every object that there is, by its key; a new map whenever one changes. */
export const rows = signal<ReadonlyMap<string, Row>>(new Map());
/** Kinds that this user cannot see, and why. */
export const unseen = signal<{ kind: string; why: string }[]>([]);
/** Whether there may be more than this user sees. */
export const partial = signal(false);
export type Connection = 'connecting' | 'live' | 'lost';
export const connection = signal<Connection>('connecting');
/** How often the connection has come back. */
export const returns = signal(0);

export const activity = signal<Activity | undefined>(undefined);
/** Views that this server has beside the fleet. */
export const offers = signal<readonly string[]>([]);

/** What the filters leave but for the state and for drift, by which the counts beside them are made. */
const near = computed(() => {
  const { state: _, drifted: __, ...filter } = place.value.filter;
  const { starred } = place.value;
  return [...rows.value.values()].filter(
    row => matches(row, filter, now.value) && (!starred || favourites.value.has(row.key)),
  );
});

const narrowed = computed(() =>
  place.value.filter.drifted ? near.value.filter(row => hasDrifted(row, now.value)) : near.value,
);

export const counts = computed(() => {
  const found = new Map<State, number>();
  for (const { state } of narrowed.value) found.set(state, (found.get(state) ?? 0) + 1);
  return found;
});

export const total = computed(() => narrowed.value.length);

/** What all filters leave. */
export const shown = computed(() => {
  const { state } = place.value.filter;
  return narrowed.value.filter(row => !state || row.state === state);
});

/** The list: rows, with headings between them where it is divided. */
export type Line = { heading: string; count: number } | { row: Row };

export const lines = computed((): Line[] => {
  const { grouping } = place.value;
  const sorted = shown.value.toSorted(inOrder);
  if (grouping === 'none') return sorted.map(row => ({ row }));
  const groups = new Map<string, Row[]>();
  for (const row of sorted) {
    const heading = headingOf(row, grouping);
    const group = groups.get(heading);
    if (group) group.push(row);
    else groups.set(heading, [row]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([heading, group]) => [{ heading, count: group.length }, ...group.map(row => ({ row }))]);
});

function headingOf(row: Row, grouping: Grouping): string {
  if (grouping === 'namespace') return row.namespace;
  if (grouping === 'kind') return row.kind;
  if (grouping === 'cluster') return row.cluster ? `by kubeconfig ${row.cluster}` : 'this cluster';
  if (grouping === 'source') return row.source ?? 'no source';
  return row.owner ?? 'applied by nobody here';
}

/** How many were put back lately. */
export const drifted = computed(() => near.value.filter(row => hasDrifted(row, now.value)).length);

/** Values that filters offer. */
export const known = computed(() => {
  const kinds = new Set<string>();
  const namespaces = new Set<string>();
  for (const { kind, namespace } of rows.value.values()) {
    kinds.add(kind);
    namespaces.add(namespace);
  }
  return { kinds: [...kinds].sort(), namespaces: [...namespaces].sort() };
});

/** All that there is to begin with. */
export interface Everything {
  rows: Row[];
  unseen: { kind: string; why: string }[];
  /** Whether there may be more that this user cannot see. */
  partial: boolean;
  offers: string[];
}

export function begin(all: Everything): void {
  batch(() => {
    if (connection.value === 'lost') returns.value++;
    partial.value = all.partial;
    rows.value = new Map(all.rows.map(row => [row.key, row]));
    unseen.value = all.unseen;
    offers.value = all.offers;
    connection.value = 'live';
  });
}

export function change(changes: [string, Row | null][]): void {
  const next = new Map(rows.value);
  for (const [key, row] of changes) {
    if (row) next.set(key, row);
    else next.delete(key);
  }
  rows.value = next;
}

/** The minute that it is, for times that are told as how long ago. */
export const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 10_000);

/** A few words about what was done, or went wrong; they stay for a while. */
export const notice = signal<{ text: string; failed: boolean } | undefined>(undefined);
let clearing: ReturnType<typeof setTimeout> | undefined;
export function tell(text: string, failed = false): void {
  notice.value = { text, failed };
  clearTimeout(clearing);
  clearing = setTimeout(() => {
    notice.value = undefined;
  }, 6000);
}

/** Keys of objects that this browser marks. */
export const favourites = signal<ReadonlySet<string>>(keptFavourites());

function keptFavourites(): Set<string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem('favourites') ?? '[]');
    return new Set(Array.isArray(kept) ? kept.filter(one => typeof one === 'string') : []);
  } catch {
    return new Set();
  }
}

export function star(key: string): void {
  const next = new Set(favourites.value);
  if (!next.delete(key)) next.add(key);
  favourites.value = next;
  localStorage.setItem('favourites', JSON.stringify([...next]));
}
