import { apiVersionOf, type KubeObject, NoMatchError } from '@millrace/kube';
import { keyFor } from '../model/row-of.ts';
import type { WatchKind } from './fleet.ts';
import { nameOfKind } from './named-kind.ts';
import type { Place } from './rights.ts';
import { imagesWanted } from './workload.ts';

/** What runs images. Of Jobs and Pods those that no other one of these has made. */
const kinds = [
  { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments' },
  { group: 'apps', version: 'v1', kind: 'StatefulSet', resource: 'statefulsets' },
  { group: 'apps', version: 'v1', kind: 'DaemonSet', resource: 'daemonsets' },
  { group: 'batch', version: 'v1', kind: 'CronJob', resource: 'cronjobs' },
  { group: 'batch', version: 'v1', kind: 'Job', resource: 'jobs' },
  { group: '', version: 'v1', kind: 'Pod', resource: 'pods' },
] as const;

const makers: ReadonlySet<string> = new Set([...kinds.map(({ kind }) => kind), 'ReplicaSet']);

/** A workload and its images. */
export interface Imaged {
  key: string;
  images: readonly string[];
  place: Place;
}

/** The images of all workloads, watched from the first search on, until nobody has searched for a while. */
export interface ImageIndex {
  ready(): Promise<void>;
  all(): Iterable<Imaged>;
  /** What could not be listed, and why. */
  unseen(): string[];
  stop(): void;
}

/** Milliseconds without a search after which nothing is watched any more. */
const rest = 10 * 60_000;

export function imageIndex(watchKind: WatchKind): ImageIndex {
  const open = () =>
    kinds.map(({ group, version, kind, resource }) => {
      const apiVersion = apiVersionOf(group, version);
      const project = (object: KubeObject): Imaged | undefined => {
        const { name, namespace = '', ownerReferences = [] } = object.metadata;
        if (ownerReferences.some(one => makers.has(one.kind))) return undefined;
        const typed = { ...object, apiVersion, kind };
        return {
          key: keyFor(nameOfKind(group, kind), namespace, name),
          images: [...new Set(imagesWanted(typed).map(({ image }) => image))],
          place: { group, resource, namespace },
        };
      };
      return { kind, ...watchKind({ apiVersion, kind }, project) };
    });
  let watched: ReturnType<typeof open> = [];
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    clearTimeout(timer);
    for (const { release } of watched) release();
    watched = [];
  };
  return {
    async ready() {
      if (watched.length === 0) watched = open();
      clearTimeout(timer);
      timer = setTimeout(stop, rest).unref();
      await Promise.all(watched.map(({ cache }) => cache.settled()));
    },
    *all() {
      for (const { cache } of watched) for (const one of cache.values()) if (one) yield one;
    },
    unseen: () =>
      watched.flatMap(({ kind, cache: { hasSynced, failure } }) =>
        hasSynced || failure instanceof NoMatchError
          ? []
          : [`images of ${kind}s: ${failure instanceof Error ? failure.message : 'not listed yet'}`],
      ),
    stop,
  };
}
