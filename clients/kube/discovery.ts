import { type ApiError, isNotFound, NoMatchError } from './errors.ts';
import { apiVersionOf, groupOf, versionOf } from './object.ts';
import type { Transport } from './transport.ts';

/** A kind as the cluster serves it. */
export interface Mapping {
  group: string;
  version: string;
  kind: string;
  /** The plural in the URL. */
  resource: string;
  singular: string;
  shortNames: string[];
  categories: string[];
  namespaced: boolean;
  verbs: string[];
}

/** The REST mapping: which kinds there are and where. Kept until something unknown is asked for. */
export interface Discovery {
  /** The mapping of a kind in just that version; throws NoMatchError when the cluster does not serve it. */
  mapping(apiVersion: string, kind: string): Promise<Mapping>;
  /** The mapping in just that version, or, where the cluster does not serve that, in another. Throws NoMatchError. */
  anyVersion(apiVersion: string, kind: string): Promise<Mapping>;
  /** The mapping in just that version, from what is known without asking the cluster. */
  known(apiVersion: string, kind: string): Mapping | undefined;
  /** A resource as a user writes it: `deploy`, `deployments`, `deployment.apps`, `Deployment`. Preferred versions first. */
  find(name: string): Promise<Mapping | undefined>;
  all(): Promise<Mapping[]>;
  /** Ask the cluster anew at the next use: definitions have changed. */
  invalidate(): void;
}

interface ResourceEntry {
  name: string;
  kind: string;
  singularName?: string;
  shortNames?: string[];
  categories?: string[];
  namespaced: boolean;
  verbs: string[];
}

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

export function discover(transport: Transport): Discovery {
  const answers: Answers = new Map();
  let loading: Promise<Map<string, Mapping>> | undefined;
  let loaded = new Map<string, Mapping>();

  const load = () => {
    loading ??= fetchAll(transport, answers).then(
      mappings => {
        if (mappings)
          loaded = new Map(mappings.map(m => [keyFor(apiVersionOf(m.group, m.version), m.kind), m]));
        return loaded;
      },
      error => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };

  const discovery: Discovery = {
    known: (apiVersion, kind) => loaded.get(keyFor(apiVersion, kind)),
    async mapping(apiVersion, kind) {
      const key = keyFor(apiVersion, kind);
      const found =
        loaded.get(key) ??
        (await load()).get(key) ??
        (await refreshed(transport, apiVersion, loaded)).get(key);
      if (!found) throw new NoMatchError(kind, apiVersion);
      return found;
    },
    async anyVersion(apiVersion, kind) {
      return discovery.mapping(apiVersion, kind).catch(async error => {
        const group = groupOf(apiVersion);
        const all = error instanceof NoMatchError ? await discovery.all() : [];
        const found = all.find(mapping => mapping.group === group && mapping.kind === kind);
        if (!found) throw error;
        return found;
      });
    },
    async find(name) {
      const all = [...(await load()).values()];
      const [resource, ...rest] = name.split('.');
      const group = rest.join('.');
      const called = resource!.toLowerCase();
      return all.find(
        m =>
          [m.resource, m.singular, m.kind.toLowerCase(), ...m.shortNames].includes(called) &&
          (group === '' || m.group === group || `${m.version}.${m.group}` === group),
      );
    },
    all: async () => [...(await load()).values()],
    invalidate() {
      loading = undefined;
    },
  };
  return discovery;
}

/** One group-version asked anew: a kind that nobody knew may have been defined a moment ago. */
async function refreshed(transport: Transport, apiVersion: string, known: Map<string, Mapping>) {
  for (const mapping of await fetchVersion(transport, groupOf(apiVersion), versionOf(apiVersion))) {
    known.set(keyFor(apiVersion, mapping.kind), mapping);
  }
  return known;
}

const keyFor = (apiVersion: string, kind: string) => `${apiVersion}/${kind}`;

/** By path: what was answered last, and its etag. */
type Answers = Map<string, { etag: string | undefined; mappings: Mapping[] }>;

/** Undefined where all is as it was answered last. The core group is another only where the server is another. */
async function fetchAll(transport: Transport, answers: Answers): Promise<Mapping[] | undefined> {
  const before = answers.get('/api') && answers.get('/apis')?.mappings;
  const now = before && (await fetchAggregated(transport, '/apis', answers));
  if (now && now === before) return undefined;
  const found = await Promise.all([
    fetchAggregated(transport, '/api', answers),
    now ?? fetchAggregated(transport, '/apis', answers),
  ]);
  if (found.every(list => list !== undefined)) return found.flat();
  return fetchPiecemeal(transport);
}

interface AggregatedList {
  kind?: string;
  items?: {
    metadata?: { name?: string };
    versions?: {
      version: string;
      resources?: {
        resource: string;
        responseKind?: { kind?: string };
        scope: 'Namespaced' | 'Cluster';
        singularResource?: string;
        shortNames?: string[];
        categories?: string[];
        verbs: string[];
      }[];
    }[];
  }[];
}

/** Everything in one answer (KEP-3352), if it is another than before; undefined where the server is too old for it. */
async function fetchAggregated(
  transport: Transport,
  path: string,
  answers: Answers,
): Promise<Mapping[] | undefined> {
  const known = answers.get(path);
  const { code, etag, text } = await transport.send({
    method: 'GET',
    path,
    accept: aggregated,
    ...(known?.etag ? { headers: { 'if-none-match': known.etag } } : {}),
  });
  if (known && code === 304) return known.mappings;
  const answer = JSON.parse(text) as AggregatedList;
  if (answer.kind !== 'APIGroupDiscoveryList') return undefined;
  const mappings = mappingsIn(answer);
  answers.set(path, { etag, mappings });
  return mappings;
}

function mappingsIn({ items = [] }: AggregatedList): Mapping[] {
  return items.flatMap(group =>
    (group.versions ?? []).flatMap(({ version, resources = [] }) =>
      resources.map(r => ({
        group: group.metadata?.name ?? '',
        version,
        kind: r.responseKind?.kind ?? '',
        resource: r.resource,
        singular: r.singularResource ?? '',
        shortNames: r.shortNames ?? [],
        categories: r.categories ?? [],
        namespaced: r.scope === 'Namespaced',
        verbs: r.verbs,
      })),
    ),
  );
}

async function fetchPiecemeal(transport: Transport): Promise<Mapping[]> {
  const groups = JSON.parse((await transport.send({ method: 'GET', path: '/apis' })).text) as {
    groups?: { name: string; versions: { version: string }[] }[];
  };
  const versions = (groups.groups ?? []).flatMap(g => g.versions.map(v => [g.name, v.version] as const));
  const lists = await Promise.all(
    [['', 'v1'] as const, ...versions].map(([g, v]) => fetchVersion(transport, g, v)),
  );
  return lists.flat();
}

async function fetchVersion(transport: Transport, group: string, version: string): Promise<Mapping[]> {
  const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  try {
    const list = JSON.parse((await transport.send({ method: 'GET', path })).text) as {
      resources?: ResourceEntry[];
    };
    return (list.resources ?? []).filter(r => !r.name.includes('/')).map(r => mappingOf(group, version, r));
  } catch (error) {
    // A group whose server is away (an aggregated API) must not hide the others.
    if (isNotFound(error) || (error as ApiError).code === 503) return [];
    throw error;
  }
}

function mappingOf(group: string, version: string, r: ResourceEntry): Mapping {
  return {
    group,
    version,
    kind: r.kind,
    resource: r.name,
    singular: r.singularName || r.kind.toLowerCase(),
    shortNames: r.shortNames ?? [],
    categories: r.categories ?? [],
    namespaced: r.namespaced,
    verbs: r.verbs,
  };
}
