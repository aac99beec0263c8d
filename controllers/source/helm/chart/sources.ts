import {
  type Artifact,
  type HelmChart,
  type HelmRepository,
  helmRepository,
  parseResource,
} from '@millrace/api';
import type { Storage } from '@millrace/artifact';
import {
  type Environment,
  Failed,
  NotReady,
  type Shared,
  type View,
  type WaitFor,
} from '@millrace/controller';
import { InvalidRepositoryUrl, normalUrl } from '@millrace/helm-repository';
import { isObject } from '@millrace/json';
import { type KubeObject, keyOf, NoMatchError } from '@millrace/kube';
import { retrying } from '../../retrying.ts';

const apiVersion = 'source.toolkit.fluxcd.io/v1';

export type SourceKind = HelmChart['spec']['sourceRef']['kind'];

/** Where a chart comes from. */
export type Source =
  | { kind: 'index'; repository: HelmRepository; artifact: Artifact }
  | { kind: 'registry'; repository: HelmRepository }
  | { kind: 'files'; of: SourceKind; artifact: Artifact };

/** The sources of charts, each kind watched from its first use on. */
export interface Sources {
  /** Throws Parked while they are being listed, NotReady and Failed where there is nothing to build from. */
  of(chart: HelmChart): Promise<Source>;
  /** The HelmRepository of a URL, in the chart's namespace: how a dependency is reached. */
  byUrl(chart: HelmChart, url: string): Promise<HelmRepository | undefined>;
}

/** Of HelmRepositories, by where they are. */
const byUrl: View<KubeObject> = {
  name: 'helm-source',
  project: object => object,
  indexes: { url: object => urlsOf(object) },
};

/** @param changed told of every source that has another artifact, or another spec */
export function sourcesOf(
  { client, watches }: Environment,
  storage: Storage,
  waitFor: WaitFor,
  changed: (kind: string, key: string) => void,
): Sources {
  const open = new Map<SourceKind, Promise<Shared<KubeObject>>>();

  const follow = async (kind: SourceKind) => {
    await client.discovery.mapping(apiVersion, kind);
    const shared = watches.use({ apiVersion, kind }, byUrl);
    shared.cache.subscribe(({ key, before, after }) => {
      if (stateOf(before) !== stateOf(after)) changed(kind, key);
    });
    return shared;
  };
  const cacheOf = async (kind: SourceKind, chart: HelmChart) => {
    const following = open.get(kind) ?? follow(kind);
    open.set(kind, following);
    following.catch(() => open.delete(kind));
    const { cache } = await following;
    waitFor(keyOf(chart.metadata), cache, `the list of ${kind}`);
    return cache;
  };

  return {
    async of(chart) {
      const { kind, name } = chart.spec.sourceRef;
      const cache = await cacheOf(kind, chart).catch(error => {
        throw error instanceof NoMatchError ? unavailable(chart, error.message, error) : error;
      });
      const found = cache.get(`${chart.metadata.namespace}/${name}`);
      if (!found) throw unavailable(chart, `${kind}.source.toolkit.fluxcd.io "${name}" not found`);
      const repository = kind === 'HelmRepository' ? parsed(chart, found) : undefined;
      if (repository?.spec.type === 'oci') return { kind: 'registry', repository };
      const artifact = artifactOf(found);
      if (!artifact || !(await storage.verify(artifact.path, artifact.digest))) throw noArtifact(chart);
      if (repository) return { kind: 'index', repository, artifact };
      return { kind: 'files', of: kind, artifact };
    },
    async byUrl(chart, url) {
      const cache = await cacheOf('HelmRepository', chart);
      const { namespace } = chart.metadata;
      const found = cache.indexed('url', url).find(({ metadata }) => metadata.namespace === namespace);
      return found && parsed(chart, found);
    },
  };
}

function parsed(chart: HelmChart, object: KubeObject): HelmRepository {
  try {
    return parseResource(helmRepository, object);
  } catch (error) {
    throw unavailable(chart, error instanceof Error ? error.message : String(error), error);
  }
}

function unavailable(chart: HelmChart, problem: string, cause?: unknown): Failed {
  const [reason, message] = ['SourceUnavailable', `failed to get source: ${problem}`];
  return new Failed(reason, message, {
    cause,
    conditions: {
      FetchFailed: { status: 'True', reason, message },
      BuildFailed: false,
      ...retrying(chart),
    },
  });
}

function noArtifact(chart: HelmChart): NotReady {
  const { kind, name } = chart.spec.sourceRef;
  const [reason, message] = ['NoSourceArtifact', `no artifact available for ${kind} source '${name}'`];
  return new NotReady(reason, message, {
    retryAfter: 30_000,
    conditions: { FetchFailed: { status: 'True', reason, message }, ...retrying(chart) },
  });
}

function artifactOf(source: KubeObject | undefined): Artifact | undefined {
  return (source?.status as { artifact?: Artifact } | undefined)?.artifact;
}

/** Also when it was stored: one that was lost is back when it is as it was. */
function stateOf(source: KubeObject | undefined): string {
  const { revision, digest, lastUpdateTime } = artifactOf(source) ?? {};
  return [source?.metadata.generation, revision, digest, lastUpdateTime].join(' ');
}

function urlsOf({ spec }: KubeObject): string[] {
  if (!isObject(spec) || typeof spec.url !== 'string') return [];
  try {
    return [normalUrl(spec.url)];
  } catch (error) {
    if (error instanceof InvalidRepositoryUrl) return [];
    throw error;
  }
}
