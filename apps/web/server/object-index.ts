import { kinds, names } from '@millrace/api';
import {
  apiVersionOf,
  isForbidden,
  type KubeClient,
  type KubeObject,
  type Mapping,
  type WatchCache,
} from '@millrace/kube';
import { keyFor } from '../model/row-of.ts';
import type { WatchKind } from './fleet.ts';
import { nameOfKind } from './named-kind.ts';
import type { Place } from './rights.ts';

/** What is kept of an object, so that it is found. */
export interface Indexed {
  /** `Kind.group/namespace/name`. */
  key: string;
  name: string;
  /** What a search is compared with: in small letters. */
  text: string;
  /** Who has applied it, or whose part it is; empty where nobody says so. */
  of: string;
  place: Place;
}

/** The names of all objects that whoever serves the page may list, watched from the first search on. */
export interface ObjectIndex {
  /** Resolves when all kinds have been listed, or after a while. */
  ready(): Promise<void>;
  all(): Iterable<Indexed>;
  /** What could not be listed, and why. */
  unseen(): string[];
  stop(): void;
}

/** Milliseconds without a search after which nothing is watched any more, and that a search waits for lists. */
const rest = 10 * 60_000;
const patience = 1500;
/** Kinds that are asked for at once; objects of one kind that are kept. */
const most = { atOnce: 8, objects: 50_000 };

/** Kubernetes' own notes, of which there are many, and which nobody looks for by name. */
const passedOver = new Set([
  '/events',
  'events.k8s.io/events',
  '/endpoints',
  'discovery.k8s.io/endpointslices',
  'coordination.k8s.io/leases',
  'apps/controllerrevisions',
  '/componentstatuses',
]);

interface Watched {
  cache: WatchCache<Indexed>;
  release(): void;
}

interface Opened {
  watched: Watched[];
  /** What is not searched. */
  left: { resource: string; why: string }[];
  done: Promise<void>;
  end: AbortController;
  hasFailed: boolean;
}

/** A few words about many kinds. */
function inFew(left: Opened['left']): string[] {
  return [...Map.groupBy(left, ({ why }) => why)].map(([why, those]) => {
    const first = those.slice(0, 3).map(({ resource }) => resource);
    const others = those.length - first.length;
    return `${first.join(', ')}${others > 0 ? ` and ${others} more kinds` : ''} (${why})`;
  });
}

export function objectIndex(client: KubeClient, watchKind: WatchKind): ObjectIndex {
  let opened: Opened | undefined;
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    clearTimeout(timer);
    opened?.end.abort();
    for (const { release } of opened?.watched ?? []) release();
    opened = undefined;
  };
  const open = () => {
    const opening: Opened = {
      watched: [],
      left: [],
      done: Promise.resolve(),
      end: new AbortController(),
      hasFailed: false,
    };
    const { watched, left, end } = opening;
    const watchAll = async () => {
      const todo = searchedKinds(await client.discovery.all()).values();
      const worker = async () => {
        for (const mapping of todo) {
          const problem = await problemWith(client, mapping, end.signal);
          if (end.signal.aborted) return;
          if (problem !== undefined) left.push({ resource: mapping.resource, why: problem });
          else watched.push(watch(watchKind, mapping));
        }
      };
      await Promise.all(Array.from({ length: most.atOnce }, worker));
      await Promise.all(watched.map(({ cache }) => cache.settled().catch(() => {})));
    };
    opening.done = watchAll().catch((error: Error) => {
      if (end.signal.aborted) return;
      // It begins anew at the next search.
      left.push({ resource: 'objects', why: error.message });
      opening.hasFailed = true;
    });
    return opening;
  };
  return {
    async ready() {
      if (opened?.hasFailed) stop();
      opened ??= open();
      clearTimeout(timer);
      timer = setTimeout(stop, rest).unref();
      let waiting: NodeJS.Timeout | undefined;
      const late = new Promise<void>(resolve => {
        waiting = setTimeout(resolve, patience);
      });
      await Promise.race([opened.done, late]);
      clearTimeout(waiting);
    },
    *all() {
      for (const { cache } of opened?.watched ?? []) yield* cache.values();
    },
    unseen: () => inFew(opened?.left ?? []),
    stop,
  };
}

/** Those that can be followed, each once: in the version that the server prefers, but for what has a row of its own. */
function searchedKinds(all: readonly Mapping[]): Mapping[] {
  const found = new Map<string, Mapping>();
  for (const mapping of all) {
    const { group, resource, kind, verbs } = mapping;
    const name = `${group}/${resource}`;
    const isRow = kinds.some(one => one.group === group && one.kind === kind);
    if (isRow || passedOver.has(name) || !verbs.includes('list') || !verbs.includes('watch')) continue;
    if (!found.has(name)) found.set(name, mapping);
  }
  return [...found.values()];
}

/** Why a kind is not searched; undefined where it can be. */
async function problemWith(
  client: KubeClient,
  { group, version, kind }: Mapping,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const options = { as: 'own', limit: 1, metadataOnly: true, signal } as const;
    const { remainingItemCount = 0 } = await client.list(apiVersionOf(group, version), kind, options);
    return remainingItemCount > most.objects ? `there are more than ${most.objects}` : undefined;
  } catch (error) {
    return isForbidden(error) ? 'they may not be listed' : (error as Error).message;
  }
}

function watch(watchKind: WatchKind, { group, version, kind, resource }: Mapping): Watched {
  const selection = { apiVersion: apiVersionOf(group, version), kind, metadataOnly: true };
  const named = nameOfKind(group, kind);
  return watchKind(selection, ({ metadata }: KubeObject): Indexed => {
    const { name, namespace = '' } = metadata;
    return {
      key: keyFor(named, namespace, name),
      name,
      text: `${kind} ${namespace ? `${namespace}/` : ''}${name}`.toLowerCase(),
      of: ownerOf(metadata),
      place: { group, resource, namespace },
    };
  });
}

function ownerOf({ labels = {}, ownerReferences = [] }: KubeObject['metadata']): string {
  const [owner] = ownerReferences;
  if (owner) return `${owner.kind} ${owner.name}`;
  for (const [kind, byName, byNamespace] of appliers)
    if (labels[byName] !== undefined) return `${kind} ${labels[byNamespace] ?? ''}/${labels[byName]}`;
  return '';
}

const appliers = [
  ['Kustomization', names.ownerName, names.ownerNamespace],
  ['HelmRelease', names.releaseName, names.releaseNamespace],
] as const;
