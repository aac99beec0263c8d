import type { Artifact, Kustomization } from '@millrace/api';
import { Failed, NotReady } from '@millrace/controller';
import { groupOf, type KubeObject } from '@millrace/kube';

/** What a Kustomization needs to know of its source. */
export interface SourceState {
  kind: string;
  namespace: string;
  name: string;
  artifact: Artifact;
  revision: string;
  /** The revision of the code that the artifact was built from, where it is another. */
  originRevision?: string | undefined;
}

export interface SourceKey {
  apiVersion: string;
  kind: string;
  /** `namespace/name`. */
  key: string;
}

/** Flux's --requeue-dependency: how long until a missing source is looked for again without an event. */
const recheck = 30_000;

export function sourceOf(ks: Kustomization): SourceKey {
  const { kind, name, namespace = ks.metadata.namespace, apiVersion } = ks.spec.sourceRef;
  return { apiVersion: apiVersion ?? 'source.toolkit.fluxcd.io/v1', kind, key: `${namespace}/${name}` };
}

/** @param found the source object; undefined where there is none */
export function resolveSource(
  ks: Kustomization,
  found: KubeObject | undefined,
  crossNamespace: boolean,
): SourceState {
  const { kind, key } = sourceOf(ks);
  const [namespace = '', name = ''] = key.split('/');
  if (!crossNamespace && namespace !== ks.metadata.namespace) {
    throw new Failed(
      'AccessDenied',
      `can't access '${kind}/${key}', cross-namespace references have been blocked`,
    );
  }
  if (!found) {
    const { apiVersion } = sourceOf(ks);
    throw new NotReady('ArtifactFailed', `${kind}.${groupOf(apiVersion)} "${name}" not found`, {
      retryAfter: recheck,
      note: false,
    });
  }
  const artifact = (found.status as { artifact?: Artifact } | undefined)?.artifact;
  if (!artifact) {
    throw new NotReady('ArtifactFailed', `Source artifact not found, retrying in ${recheck / 1000}s`, {
      retryAfter: recheck,
      note: false,
    });
  }
  const originRevision = artifact.metadata?.['org.opencontainers.image.revision'];
  return { kind, namespace, name, artifact, revision: artifact.revision, originRevision };
}
