import type { KubeObject } from '@millrace/kube';
import { exactlyAt, revisionAt, specAt, suspended } from './columns.ts';
import { imageKinds } from './image-kinds.ts';
import { notificationKinds } from './notification-kinds.ts';
import { type Resource, textAt } from './resource.ts';
import type { Family, ResourceKind, SourceRef } from './resource-kind.ts';

const fetched = ({ object }: Resource) =>
  `fetched revision ${textAt(object, 'status', 'artifact', 'revision')}`;

const credentials = ({ object }: Resource) => textAt(object, 'spec', 'secretRef', 'name') || undefined;

/** What the kinds of source-controller have in common. */
const sourceKind: Pick<ResourceKind, 'apiVersion' | 'family' | 'aliases' | 'columns' | 'achieved'> = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  family: 'source',
  aliases: [],
  columns: [revisionAt('artifact', 'revision'), suspended],
  achieved: fetched,
};

/** Every kind that the command line knows, in the order in which `get all` shows them. */
export const catalog: readonly ResourceKind[] = [
  {
    ...sourceKind,
    kind: 'OCIRepository',
    title: 'source oci',
    command: 'oci',
    wideColumns: [specAt('URL', 'url')],
    secret: credentials,
  },
  {
    ...sourceKind,
    kind: 'Bucket',
    title: 'source bucket',
    command: 'bucket',
    wideColumns: [specAt('Endpoint', 'endpoint'), specAt('Bucket', 'bucketName')],
    secret: credentials,
  },
  {
    ...sourceKind,
    kind: 'GitRepository',
    title: 'source git',
    command: 'git',
    wideColumns: [specAt('URL', 'url')],
    secret: credentials,
  },
  {
    ...sourceKind,
    kind: 'HelmRepository',
    title: 'source helm',
    command: 'helm',
    wideColumns: [specAt('URL', 'url')],
    secret: credentials,
    isStatic: ({ object }) =>
      textAt(object, 'spec', 'type') === 'oci' ? { message: 'Helm repository is Ready' } : undefined,
  },
  {
    ...sourceKind,
    kind: 'HelmChart',
    title: 'source chart',
    command: 'chart',
    // Versions are shown whole.
    columns: [exactlyAt('Revision', 'status', 'artifact', 'revision'), suspended],
    wideColumns: [specAt('Chart', 'chart'), specAt('Version', 'version')],
    source: resource => sourceAt(resource, 'spec', 'sourceRef'),
    comesWithSource: true,
  },
  {
    ...sourceKind,
    kind: 'ExternalArtifact',
    title: 'source external-artifact',
    command: 'external',
    columns: [revisionAt('artifact', 'revision'), { heading: 'Source', value: originOf }],
    wideColumns: [],
    readOnly: true,
  },
  ...imageKinds,
  {
    kind: 'HelmRelease',
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    title: 'helmrelease',
    command: 'helmrelease',
    aliases: ['hr'],
    plural: 'helmreleases',
    columns: [{ heading: 'Revision', value: releasedVersion }, suspended],
    wideColumns: [],
    source: resource =>
      sourceAt(resource, 'spec', ...(hasChartRef(resource) ? ['chartRef'] : ['chart', 'spec', 'sourceRef'])),
    reconciledSource: resource =>
      hasChartRef(resource) ? sourceAt(resource, 'spec', 'chartRef') : chartOf(resource),
    related: resource =>
      hasChartRef(resource)
        ? [sourceAt(resource, 'spec', 'chartRef')]
        : [sourceAt(resource, 'spec', 'chart', 'spec', 'sourceRef'), chartOf(resource)],
    achieved: resource => `applied revision ${releasedVersion(resource)}`,
    exactMessages: true,
    releases: true,
  },
  {
    kind: 'Kustomization',
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    title: 'kustomization',
    command: 'kustomization',
    aliases: ['ks'],
    plural: 'kustomizations',
    columns: [revisionAt('lastAppliedRevision'), suspended],
    wideColumns: [specAt('Path', 'path')],
    source: resource => sourceAt(resource, 'spec', 'sourceRef'),
    achieved: ({ object }) => `applied revision ${textAt(object, 'status', 'lastAppliedRevision')}`,
  },
  ...notificationKinds,
  {
    kind: 'ArtifactGenerator',
    apiVersion: 'source.extensions.fluxcd.io/v1beta1',
    title: 'artifactgenerator',
    family: 'artifact',
    command: 'generator',
    aliases: [],
    plural: 'generators',
    columns: [{ heading: 'Suspended', value: ({ object }) => (isDisabled(object) ? 'True' : 'False') }],
    wideColumns: [],
    achieved: () => 'reconciled',
    exactMessages: true,
    readOnly: true,
  },
];

const isDisabled = ({ metadata }: KubeObject) =>
  metadata.annotations?.['source.extensions.fluxcd.io/reconcile'] === 'disabled';

/** The chart version that is released, or that was tried last. */
function releasedVersion({ object }: Resource): string {
  return (
    textAt(object, 'status', 'history', '0', 'chartVersion') ||
    textAt(object, 'status', 'lastAttemptedRevision')
  );
}

const hasChartRef = ({ object }: Resource) => textAt(object, 'spec', 'chartRef', 'name') !== '';

/** The HelmChart that helm-controller makes of the template in a HelmRelease. */
function chartOf(resource: Resource): SourceRef {
  const { namespace } = sourceAt(resource, 'spec', 'chart', 'spec', 'sourceRef');
  return { kind: 'HelmChart', name: `${resource.namespace}-${resource.name}`, namespace };
}

/** `KIND/NAMESPACE/NAME`. */
function originOf({ object }: Resource): string {
  const at = (key: string) => textAt(object, 'spec', 'sourceRef', key);
  return at('name') === '' ? '' : `${at('kind')}/${at('namespace')}/${at('name')}`;
}

/** A reference without a namespace means the object's own. */
function sourceAt({ object, namespace }: Resource, ...path: string[]) {
  return {
    kind: textAt(object, ...path, 'kind'),
    name: textAt(object, ...path, 'name'),
    namespace: textAt(object, ...path, 'namespace') || namespace,
  };
}

/** The kind of a name such as `Kustomization`, whatever its case; undefined where there is none. */
export function findKind(name: string): ResourceKind | undefined {
  return catalog.find(({ kind }) => kind.toLowerCase() === name.toLowerCase());
}

export function kindsOf(family: Family): ResourceKind[] {
  return catalog.filter(kind => kind.family === family);
}
