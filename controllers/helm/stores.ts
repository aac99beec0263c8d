import type { Cluster } from '@millrace/applier';
import type { View } from '@millrace/controller';
import type { KubeObject, WatchCache } from '@millrace/kube';

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

/** @param changed told of the releases whose records are others than before */
export function storesOf(changed: (namespace: string, release: string) => void): Stores {
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
        changed(namespace, release);
      });
    },
    newest(cluster, namespace, release) {
      const cache = open.get(cluster);
      if (!cache?.hasSynced) return 'unknown';
      return cache
        .indexed('release', `${namespace}/${release}`)
        .reduce<StoredRecord | undefined>(
          (newest, record) => (newest && newest.version > record.version ? newest : record),
          undefined,
        );
    },
  };
}
