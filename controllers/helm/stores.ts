import type { Cluster } from '@millrace/applier';
import type { View } from '@millrace/controller';
import { isOlder, type KubeObject, type WatchCache } from '@millrace/kube';

/** A record of a release, as its watch shows it: its metadata alone, for what it holds may be large. */
export interface StoredRecord {
  name: string;
  namespace: string;
  release: string;
  version: number;
  resourceVersion: string;
}

/** The records of all releases in the clusters that are worked with, so that what others do to them is noticed. */
export interface Stores {
  /** Watch the records of a cluster from now on. */
  follow(cluster: Cluster): void;
  /** The newest record of a release; undefined where there is none, `unknown` where the watch has not seen it. */
  newest(cluster: Cluster, namespace: string, release: string): StoredRecord | undefined | 'unknown';
}

const view: View<StoredRecord> = {
  name: 'records of releases',
  project: recordOf,
  indexes: { release: ({ namespace, release }) => [`${namespace}/${release}`] },
};

export function recordOf({ metadata }: KubeObject): StoredRecord {
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    release: metadata.labels?.name ?? '',
    version: Number(metadata.labels?.version ?? 0),
    resourceVersion: metadata.resourceVersion ?? '',
  };
}

/** @param changed told of the releases whose records are others than before, with the newest of each */
export function storesOf(
  changed: (namespace: string, release: string, newest: StoredRecord | undefined) => void,
): Stores {
  const open = new WeakMap<Cluster, WatchCache<StoredRecord>>();
  return {
    follow(cluster) {
      if (open.has(cluster)) return;
      const { cache } = cluster.watches.use(
        { apiVersion: 'v1', kind: 'Secret', labelSelector: 'owner=helm', metadataOnly: true },
        view,
      );
      open.set(cluster, cache);
      cache.subscribe(({ before, after }) => {
        const { namespace, release } = (after ?? before)!;
        changed(namespace, release, newestIn(cache, namespace, release));
      });
    },
    newest(cluster, namespace, release) {
      const cache = open.get(cluster);
      return cache?.hasSynced ? newestIn(cache, namespace, release) : 'unknown';
    },
  };
}

function newestIn(
  cache: WatchCache<StoredRecord>,
  namespace: string,
  release: string,
): StoredRecord | undefined {
  return cache
    .indexed('release', `${namespace}/${release}`)
    .reduce<StoredRecord | undefined>(
      (newest, record) => (newest && newest.version > record.version ? newest : record),
      undefined,
    );
}

/** Whether the watch shows something else than what was left, and not only what was before. */
export function isAnother(stored: StoredRecord | undefined, left: StoredRecord | undefined): boolean {
  if (!stored || !left) return stored !== left;
  return (
    stored.resourceVersion !== left.resourceVersion && !isOlder(stored.resourceVersion, left.resourceVersion)
  );
}
