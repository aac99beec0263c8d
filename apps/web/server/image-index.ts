import { type KubeObject, NoMatchError } from '@millrace/kube';
import { keyFor } from '../model/row-of.ts';
import type { WatchKind } from './fleet.ts';
import { nameOfKind } from './named-kind.ts';
import type { Place } from './rights.ts';
import { imagesWanted } from './workload.ts';

/** What runs images, and says so in a template. */
const kinds = [
  { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments' },
  { group: 'apps', version: 'v1', kind: 'StatefulSet', resource: 'statefulsets' },
  { group: 'apps', version: 'v1', kind: 'DaemonSet', resource: 'daemonsets' },
  { group: 'batch', version: 'v1', kind: 'CronJob', resource: 'cronjobs' },
] as const;

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
      const project = (object: KubeObject): Imaged => {
        const { name, namespace = '' } = object.metadata;
        const typed = { ...object, apiVersion: `${group}/${version}`, kind };
        return {
          key: keyFor(nameOfKind(group, kind), namespace, name),
          images: imagesWanted(typed).map(({ image }) => image),
          place: { group, resource, namespace },
        };
      };
      return { kind, ...watchKind({ apiVersion: `${group}/${version}`, kind }, project) };
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
      for (const { cache } of watched) yield* cache.values();
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
