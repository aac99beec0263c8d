import { createHash } from 'node:crypto';
import type { ArtifactGenerator } from '@millrace/api';
import {
  type Artifact,
  apiVersionOfKind,
  bucket,
  externalArtifact,
  gitRepository,
  helmChart,
  names,
  ociRepository,
} from '@millrace/api';
import { Failed, findCondition } from '@millrace/controller';
import { keyOf, NoMatchError } from '@millrace/kube';
import type { Deps } from './deps.ts';
import { originRevision } from './names.ts';

const kinds = {
  Bucket: bucket,
  ExternalArtifact: externalArtifact,
  GitRepository: gitRepository,
  HelmChart: helmChart,
  OCIRepository: ociRepository,
};

/** The artifact of a source, as it is now. */
export interface Observed {
  alias: string;
  url: string;
  digest: string;
  revision: string;
  originRevision: string | undefined;
}

/** In the order of the spec. Throws Parked, and Failed where an artifact is missing: its arrival wakes us. */
export async function observe(generator: ArtifactGenerator, on: Deps): Promise<Observed[]> {
  const observed: Observed[] = [];
  for (const { alias, kind, name, namespace = generator.metadata.namespace } of generator.spec.sources) {
    const artifact = await artifactOf(generator, kind, `${namespace}/${name}`, on);
    const { url, digest, revision, metadata } = artifact;
    observed.push({ alias, url, digest, revision, originRevision: metadata?.[originRevision] });
  }
  return observed;
}

async function artifactOf(
  { metadata, status }: ArtifactGenerator,
  kind: keyof typeof kinds,
  key: string,
  on: Deps,
): Promise<Artifact> {
  const failed = (problem: string) => {
    const message = `get sources failed: ${problem}`;
    const isTold = findCondition(status?.conditions, names.ready)?.message === message;
    // A warning, as in Flux; once is enough.
    const told = isTold ? ({ note: false } as const) : {};
    return new Failed('SourceFetchFailed', message, { retryAfter: on.recheckAfter, ...told });
  };
  const source = { apiVersion: apiVersionOfKind(kinds[kind]), kind, key };
  const found = await on.sources.find(source, keyOf(metadata)).catch(error => {
    throw error instanceof NoMatchError ? failed(error.message) : error;
  });
  if (!found) throw failed(`${kind}.${kinds[kind].group} "${key.slice(key.indexOf('/') + 1)}" not found`);
  const { artifact } = (found.status ?? {}) as { artifact?: Artifact };
  if (!artifact) throw failed(`source '${kind}/${key}' is not ready`);
  return artifact;
}

/** @param alias as the spec has it: `@repo` */
export function sourceOf(alias: string | undefined, observed: Observed[]): Observed | undefined {
  return observed.find(one => `@${one.alias}` === alias);
}

/** Where what is made of a source comes from in the end. */
export function originOf(alias: string | undefined, observed: Observed[]): string | undefined {
  const source = sourceOf(alias, observed);
  return source?.originRevision ?? source?.revision;
}

/** What stands for all of them in the status (source-watcher, api/v1beta1). */
export function digestOfSources(observed: Observed[]): string {
  const parts = observed.map(
    ({ alias, digest, revision, url }) => `${alias}=[digest=${digest},revision=${revision},url=${url}]`,
  );
  const hash = createHash('sha256').update(parts.sort().join('|'));
  return `sha256:${hash.digest('hex')}`;
}
