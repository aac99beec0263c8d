import type { FieldSpec } from './field-spec.ts';

type Scope = Partial<Pick<FieldSpec, 'group' | 'version' | 'kind'>>;

function spec(path: string, create: boolean, scope: Scope = {}): FieldSpec {
  return { group: scope.group ?? '', version: scope.version ?? '', kind: scope.kind ?? '', path, create };
}

/** Where the pod template's metadata stands, by kind; as kustomize's built-in configuration has it. */
const templateMetadata: [string, Scope][] = [
  ['spec/template/metadata', { version: 'v1', kind: 'ReplicationController' }],
  ['spec/template/metadata', { kind: 'Deployment' }],
  ['spec/template/metadata', { kind: 'ReplicaSet' }],
  ['spec/template/metadata', { kind: 'DaemonSet' }],
  ['spec/template/metadata', { group: 'apps', kind: 'StatefulSet' }],
  ['spec/template/metadata', { group: 'batch', kind: 'Job' }],
  ['spec/jobTemplate/metadata', { group: 'batch', kind: 'CronJob' }],
  ['spec/jobTemplate/spec/template/metadata', { group: 'batch', kind: 'CronJob' }],
];

const affinityTerms = ['podAffinity', 'podAntiAffinity'].flatMap(affinity => [
  `spec/template/spec/affinity/${affinity}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels`,
  `spec/template/spec/affinity/${affinity}/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels`,
]);

const spread = 'spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels';

/** `metadata.labels` of objects and of the templates in them. */
export const templateLabels: FieldSpec[] = [
  spec('metadata/labels', true),
  ...templateMetadata.map(([path, scope]) => spec(`${path}/labels`, true, scope)),
  spec('spec/volumeClaimTemplates[]/metadata/labels', true, { group: 'apps', kind: 'StatefulSet' }),
];

const policy = { group: 'networking.k8s.io', kind: 'NetworkPolicy' };

/** The fields of commonLabels: selectors, and all that templateLabels has. */
export const commonLabels: FieldSpec[] = [
  spec('spec/selector', true, { version: 'v1', kind: 'Service' }),
  spec('spec/selector', true, { version: 'v1', kind: 'ReplicationController' }),
  spec('spec/selector/matchLabels', true, { kind: 'Deployment' }),
  spec('spec/selector/matchLabels', true, { kind: 'ReplicaSet' }),
  spec('spec/selector/matchLabels', true, { kind: 'DaemonSet' }),
  spec('spec/selector/matchLabels', true, { group: 'apps', kind: 'StatefulSet' }),
  ...['Deployment', 'StatefulSet'].flatMap(kind =>
    [...affinityTerms, spread].map(path => spec(path, false, { group: 'apps', kind })),
  ),
  spec('spec/selector/matchLabels', false, { group: 'batch', kind: 'Job' }),
  spec('spec/jobTemplate/spec/selector/matchLabels', false, { group: 'batch', kind: 'CronJob' }),
  spec('spec/selector/matchLabels', false, { group: 'policy', kind: 'PodDisruptionBudget' }),
  spec('spec/podSelector/matchLabels', false, policy),
  spec('spec/ingress/from/podSelector/matchLabels', false, policy),
  spec('spec/egress/to/podSelector/matchLabels', false, policy),
  ...templateLabels,
];

export const commonAnnotations: FieldSpec[] = [
  spec('metadata/annotations', true),
  ...templateMetadata.map(([path, scope]) =>
    spec(`${path}/annotations`, true, scope.kind === 'StatefulSet' ? { kind: 'StatefulSet' } : scope),
  ),
];

export const images: FieldSpec[] = ['spec', 'spec/template/spec'].flatMap(pod => [
  spec(`${pod}/containers[]/image`, true),
  spec(`${pod}/initContainers[]/image`, true),
  spec(`${pod}/volumes[]/image/reference`, true),
]);

export const namespace: FieldSpec[] = [
  spec('metadata/name', true, { kind: 'Namespace' }),
  spec('spec/service/namespace', true, { group: 'apiregistration.k8s.io', kind: 'APIService' }),
  spec('spec/conversion/webhook/clientConfig/service/namespace', false, {
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
  }),
];

export const names: FieldSpec[] = [spec('metadata/name', false)];

export const replicas: FieldSpec[] = ['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map(
  kind => spec('spec/replicas', true, { kind }),
);
