import { type Artifact, type CommonStatus, names } from '@millrace/api';
import type { KubeObject } from '@millrace/kube';
import { findCondition } from './conditions.ts';
import type { Environment } from './reconciler.ts';
import type { WaitFor } from './wait-for.ts';
import { type Shared, wholeObjects } from './watches.ts';

export interface SourceKey {
  apiVersion: string;
  kind: string;
  /** `namespace/name`. */
  key: string;
}

/** The sources that objects refer to, each kind watched from its first use on. */
export interface Sources {
  /**
   * Throws NoMatchError where the cluster does not serve the kind, and Parked while its first list is under way.
   * @param owner woken when that is over
   */
  find(source: SourceKey, owner: string): Promise<KubeObject | undefined>;
}

/**
 * @param changed told of every source whose artifact is new, another, or gone
 * @param stirred told of every other one that has become ready, or has not, or says something else of why
 * @param retold told of every one whose artifact is the same, and says something else of itself
 */
export function sourcesOf(
  { client, watches }: Environment,
  waitFor: WaitFor,
  changed: (kind: string, key: string) => void,
  stirred: (kind: string, key: string) => void = () => {},
  retold: (kind: string, key: string) => void = () => {},
): Sources {
  const open = new Map<string, Promise<Shared<KubeObject>>>();

  const follow = async ({ apiVersion, kind }: SourceKey) => {
    await client.discovery.mapping(apiVersion, kind);
    const shared = watches.use({ apiVersion, kind }, wholeObjects);
    shared.cache.subscribe(({ key, before, after }) => {
      if (artifactOf(before) !== artifactOf(after) || !before !== !after) changed(kind, key);
      else {
        if (standingOf(before) !== standingOf(after)) stirred(kind, key);
        if (metadataOf(before) !== metadataOf(after)) retold(kind, key);
      }
    });
    return shared;
  };

  return {
    async find(source, owner) {
      const kind = `${source.apiVersion}/${source.kind}`;
      const following = open.get(kind) ?? follow(source);
      open.set(kind, following);
      following.catch(() => open.delete(kind));
      const { cache } = await following;
      waitFor(owner, cache, `the list of ${source.kind}`);
      return cache.get(source.key);
    },
  };
}

function artifactIn(source: KubeObject | undefined): Artifact | undefined {
  return (source?.status as { artifact?: Artifact } | undefined)?.artifact;
}

function artifactOf(source: KubeObject | undefined): string {
  const artifact = artifactIn(source);
  return artifact ? `${artifact.revision} ${artifact.digest} ${artifact.url}` : '';
}

function metadataOf(source: KubeObject | undefined): string {
  return JSON.stringify(Object.entries(artifactIn(source)?.metadata ?? {}).sort());
}

function standingOf(source: KubeObject | undefined): string {
  const status = source?.status as CommonStatus | undefined;
  const ready = findCondition(status?.conditions, names.ready);
  return JSON.stringify([
    source?.metadata.generation === status?.observedGeneration,
    ready?.status,
    ready?.status === 'False' ? ready.message : '',
  ]);
}
