import type { Artifact, CommonStatus, HelmRelease } from '@millrace/api';
import { Failed, findCondition, NotReady, Parked, type SourceKey, Stalled } from '@millrace/controller';
import type { KubeObject } from '@millrace/kube';
import { compareVersions, parseVersion } from '@millrace/semver';

/** What may be a source. */
export interface SourceAccess {
  /** False: --no-cross-namespace-refs. */
  crossNamespaceRefs: boolean;
  /** --feature-gates=ExternalArtifact=true. */
  externalArtifacts: boolean;
}

const apiVersion = 'source.toolkit.fluxcd.io/v1';

/** `namespace/name` of the HelmChart that spec.chart makes. */
export function chartKeyOf({ spec, metadata }: HelmRelease): string {
  return `${spec.chart?.spec.sourceRef.namespace || metadata.namespace}/${metadata.namespace}-${metadata.name}`;
}

export function sourceOf(hr: HelmRelease): SourceKey {
  const { chartRef } = hr.spec;
  if (!chartRef) return { apiVersion, kind: 'HelmChart', key: chartKeyOf(hr) };
  const { kind, name, namespace } = chartRef;
  return { apiVersion, kind, key: `${namespace || hr.metadata.namespace}/${name}` };
}

/** Throws Stalled where the source may not be asked for. */
export function requireAccess(hr: HelmRelease, on: SourceAccess): void {
  const { kind, key } = sourceOf(hr);
  const deny = (why: string) => new Stalled('AccessDenied', `can't access '${kind}/${key}', ${why}`);
  if (!on.crossNamespaceRefs && !key.startsWith(`${hr.metadata.namespace}/`))
    throw deny('cross-namespace references have been blocked');
  if (!on.externalArtifacts && kind === 'ExternalArtifact')
    throw deny('ExternalArtifact feature gate is disabled');
}

/** Throws Failed where there is no such source, and NotReady while it has no artifact of its current generation. */
export function artifactOf(hr: HelmRelease, found: KubeObject | undefined, recheckAfter: number): Artifact {
  const { kind, key } = sourceOf(hr);
  // One that we have just made is about to be seen.
  if (!found && hr.spec.chart) throw new Parked(`HelmChart ${key}`, recheckAfter);
  if (!found) {
    const name = key.slice(key.indexOf('/') + 1);
    throw new Failed(
      'ArtifactFailed',
      `could not get Source object: ${kind}.source.toolkit.fluxcd.io "${name}" not found`,
      { note: false },
    );
  }
  const problem = problemOf(found, kind);
  if (problem !== undefined)
    throw new NotReady('SourceNotReady', `${kind} '${key}' is not ready: ${problem}`, {
      retryAfter: recheckAfter,
      note: false,
    });
  return artifactIn(found)!;
}

function artifactIn(source: KubeObject): Artifact | undefined {
  return (source.status as { artifact?: Artifact } | undefined)?.artifact;
}

function problemOf(source: KubeObject, kind: string): string | undefined {
  const status = source.status as CommonStatus | undefined;
  if (kind !== 'ExternalArtifact') {
    if (source.metadata.generation !== status?.observedGeneration) {
      const ready = findCondition(status?.conditions, 'Ready');
      return ready?.status === 'False'
        ? ready.message
        : 'latest generation of object has not been reconciled';
    }
    const stalled = findCondition(status?.conditions, 'Stalled');
    if (stalled?.status === 'True') return stalled.message;
  }
  return artifactIn(source) ? undefined : 'does not have an artifact';
}

/** What of the artifact's revision goes into the version of its chart. */
export interface ChartRevision {
  /** For status.lastAttemptedRevisionDigest; '' for sources whose revision names no digest. */
  digest: string;
  /** The version with the digest as its metadata, so that another chart of one version is noticed. */
  version: string;
}

/**
 * The version of a chart with what its source says of it. Throws Failed where the two do not go together.
 * @param tracks false: --feature-gates=DisableChartDigestTracking=true
 *
 * Rule: mutateChartWithSourceRevision of helm-controller v1.6.3.
 */
export function chartRevisionOf(
  hr: HelmRelease,
  { revision }: Artifact,
  version: string,
  tracks: boolean,
): ChartRevision {
  const { kind } = sourceOf(hr);
  const named = kind === 'OCIRepository' || (kind === 'ExternalArtifact' && revision.includes(':'));
  if (!named) return { digest: '', version };
  const own = parseVersion(version);
  if (!own) throw mismatch(`invalid chart version ${version}`);
  const [tag = '', digest, ...more] = revision.split('@');
  const tagged = parseVersion(tag.replaceAll('_', '+'));
  if (tagged && digest !== undefined) {
    if (more.length > 0 || compareVersions(tagged, own) !== 0)
      throw mismatch(`artifact revision ${tag} does not match chart version ${version}`);
    return { digest, version: tracks ? withMetadata(own, shortDigest(digest)) : version };
  }
  return { digest: revision, version: tracks ? withMetadata(own, shortDigest(revision)) : version };
}

function mismatch(problem: string): Failed {
  return new Failed('ChartMutateError', problem, { note: false });
}

type Version = NonNullable<ReturnType<typeof parseVersion>>;

function withMetadata({ major, minor, patch, prerelease }: Version, metadata: string): string {
  const before = prerelease.length > 0 ? `-${prerelease.join('.')}` : '';
  return `${major}.${minor}.${patch}${before}+${metadata}`;
}

function shortDigest(digest: string): string {
  const [, hex, ...more] = digest.split(':');
  if (hex === undefined || more.length > 0 || hex.length < 12)
    throw mismatch(`invalid artifact revision ${digest}`);
  return hex.slice(0, 12);
}
