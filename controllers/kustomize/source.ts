import { type Artifact, formatDuration, type Kustomization } from '@millrace/api';
import { NotReady, type SourceKey, Stalled } from '@millrace/controller';
import { groupOf, type KubeObject } from '@millrace/kube';
import { retryIntervalOf } from './spec.ts';

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

export function sourceOf(ks: Kustomization): SourceKey {
  const { kind, name, namespace } = ks.spec.sourceRef;
  // Whatever apiVersion the reference names: Flux does not look at it.
  const apiVersion = 'source.toolkit.fluxcd.io/v1';
  return { apiVersion, kind, key: `${namespace || ks.metadata.namespace}/${name}` };
}

/** What may be a source. */
export interface SourceAccess {
  /** False: --no-cross-namespace-refs. */
  crossNamespaceRefs: boolean;
  /** --feature-gates=ExternalArtifact=true. */
  externalArtifacts: boolean;
}

/** When what is missing is looked for again, should nothing tell before that it is there. */
export interface Recheck {
  /** --requeue-dependency, in milliseconds. */
  recheckAfter: number;
}

/** Throws Stalled where the source may not be asked for. */
export function requireAccess(
  ks: Kustomization,
  { crossNamespaceRefs, externalArtifacts }: SourceAccess,
): void {
  const { kind, key } = sourceOf(ks);
  const deny = (why: string) => new Stalled('AccessDenied', `can't access '${kind}/${key}', ${why}`);
  if (!crossNamespaceRefs && !key.startsWith(`${ks.metadata.namespace}/`))
    throw deny('cross-namespace references have been blocked');
  if (!externalArtifacts && kind === 'ExternalArtifact')
    throw deny('ExternalArtifact feature gate is disabled');
}

/**
 * Throws NotReady while there is no artifact, in Flux's words; no event says so, as in Flux.
 * @param found the source object; undefined where there is none
 */
export function resolveSource(
  ks: Kustomization,
  found: KubeObject | undefined,
  { recheckAfter }: Recheck,
): SourceState {
  const { kind, key } = sourceOf(ks);
  const [namespace = '', name = ''] = key.split('/');
  if (!found) {
    const { apiVersion } = sourceOf(ks);
    throw new NotReady('ArtifactFailed', `${kind}.${groupOf(apiVersion)} "${name}" not found`, {
      retryAfter: retryIntervalOf(ks),
      note: false,
    });
  }
  const artifact = (found.status as { artifact?: Artifact } | undefined)?.artifact;
  if (!artifact) {
    throw new NotReady(
      'ArtifactFailed',
      `Source artifact not found, retrying in ${formatDuration(recheckAfter)}`,
      {
        retryAfter: recheckAfter,
        note: false,
      },
    );
  }
  const originRevision = artifact.metadata?.['org.opencontainers.image.revision'];
  return { kind, namespace, name, artifact, revision: artifact.revision, originRevision };
}
