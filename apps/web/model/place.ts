import type { ObjectName } from './object-name.ts';
import { type Filter, states } from './row.ts';

export const views = ['fleet', 'events', 'notifications', 'audit', 'rehearsal'] as const;
export type View = (typeof views)[number];

/** What a list can be divided by. */
export const groupings = ['none', 'namespace', 'kind', 'source', 'owner', 'cluster'] as const;
export type Grouping = (typeof groupings)[number];

/** Where the page is: its address says all of it, so that it can be shared. */
export interface Place extends Details {
  view: View;
  object: ObjectName | undefined;
  /** Which part of the object; undefined for the first. */
  tab: string | undefined;
  filter: Filter;
  /** Only favourites. */
  starred: boolean;
  grouping: Grouping;
  /** A graph in the place of the list. */
  graph: boolean;
  /** In the graph, only what is not ready and what that hangs on. */
  troubled: boolean;
}

/** What is chosen within one view, and means nothing in another. */
export interface Details {
  /** The sides of a comparison; empty where none was chosen. */
  before: string;
  after: string;
  /** Keys of nodes of a graph that are opened to what is below them; undefined: those that the view opens by itself. */
  open: readonly string[] | undefined;
  /** Keys of nodes below which what is well is shown one by one. */
  singly: readonly string[];
}

export const noDetails: Details = { before: '', after: '', open: undefined, singly: [] };

/** Nodes of a graph that an address can name. */
const mostNodes = 20;

export function placeOf(url: URL): Place {
  const [view, ...parts] = url.pathname.split('/').slice(1).map(decoded);
  const [kind, namespace, name] = parts;
  const { searchParams: query } = url;
  const keys = (of: string) =>
    query
      .getAll(of)
      .filter(key => key !== '')
      .slice(0, mostNodes);
  return {
    view: views.find(one => one === view) ?? 'fleet',
    object:
      view === 'object' && kind && namespace && name
        ? { kind, namespace: namespace === noNamespace ? '' : namespace, name }
        : undefined,
    tab: query.get('tab') ?? undefined,
    filter: {
      text: query.get('q') ?? '',
      state: states.find(state => state === query.get('state')),
      kind: query.get('kind') ?? undefined,
      namespace: query.get('namespace') ?? undefined,
      drifted: query.has('drifted'),
    },
    starred: query.has('starred'),
    grouping: groupings.find(one => one === query.get('by')) ?? 'none',
    graph: query.get('view') === 'graph',
    troubled: query.has('troubled'),
    before: query.get('before') ?? '',
    after: query.get('after') ?? '',
    open: query.has('open') ? keys('open') : undefined,
    singly: keys('singly'),
  };
}

/** Stands in addresses for the namespace of what is in none. */
const noNamespace = '_';

/** A part of an address; as it is written where it is encoded wrongly. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function addressOf(to: Place): string {
  const { view, object, tab, filter, starred, grouping, graph, troubled } = to;
  const query = new URLSearchParams();
  const set = (key: string, value: string | undefined) => value && query.set(key, value);
  set('tab', object && tab);
  set('q', filter.text);
  set('state', filter.state);
  set('kind', filter.kind);
  set('namespace', filter.namespace);
  set('drifted', filter.drifted ? '1' : undefined);
  set('starred', starred ? '1' : undefined);
  set('by', grouping === 'none' ? undefined : grouping);
  set('view', graph ? 'graph' : undefined);
  set('troubled', troubled ? '1' : undefined);
  set('before', to.before);
  set('after', to.after);
  // That nothing is open is said, too.
  if (to.open?.length === 0) query.set('open', '');
  for (const key of to.open ?? []) query.append('open', key);
  for (const key of to.singly) query.append('singly', key);
  const path = object
    ? `/object/${[object.kind, object.namespace || noNamespace, object.name].map(encodeURIComponent).join('/')}`
    : view === 'fleet'
      ? '/'
      : `/${view}`;
  return query.size > 0 ? `${path}?${query}` : path;
}

/** Another place, as a step from this one: what was chosen within a view stays behind when the view is another. */
export function stepFrom(place: Place, change: Partial<Place>): Place {
  const isElsewhere = ['view', 'object', 'tab', 'graph'].some(field => field in change);
  return { ...place, ...(isElsewhere ? noDetails : {}), ...change };
}
