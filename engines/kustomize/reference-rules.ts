import type { FieldSpec } from './field-spec.ts';
import type { Gvk } from './gvk.ts';

/** Fields that hold the name of an object of the kind `target`. */
export interface ReferenceRule {
  target: Gvk;
  referrers: FieldSpec[];
}

/** A kind, `group/Kind` or `group/version/Kind` with empty parts for any. */
function gvk(text: string): Gvk {
  const [kind, group = '', version = ''] = text.split(' ');
  return { group, version, kind: kind! };
}

function field(kind: string, path: string): FieldSpec {
  return { ...gvk(kind), path, create: false };
}

function rule(target: string, referrers: FieldSpec[]): ReferenceRule {
  return { target: gvk(target), referrers };
}

/** Where each kind keeps its pod spec. */
const podSpecs: Record<string, string> = {
  Pod: 'spec',
  PodTemplate: 'template/spec',
  Deployment: 'spec/template/spec',
  ReplicaSet: 'spec/template/spec',
  ReplicationController: 'spec/template/spec',
  DaemonSet: 'spec/template/spec',
  StatefulSet: 'spec/template/spec',
  Job: 'spec/template/spec',
  CronJob: 'spec/jobTemplate/spec/template/spec',
};

/** The given paths inside the pod spec of every given kind. */
function inPods(kinds: string[], paths: string[]): FieldSpec[] {
  return kinds.flatMap(kind => paths.map(path => field(kind, `${podSpecs[kind]}/${path}`)));
}

const configUsers = [
  'Pod',
  'PodTemplate',
  'Deployment',
  'ReplicaSet',
  'DaemonSet',
  'StatefulSet',
  'Job',
  'CronJob',
];
const runners = ['Pod', 'StatefulSet', 'Deployment', 'ReplicationController', 'CronJob', 'Job', 'DaemonSet'];
const rbac = 'rbac.authorization.k8s.io';
const webhooks = 'admissionregistration.k8s.io';

const scaled = [field('HorizontalPodAutoscaler', 'spec/scaleTargetRef/name')];

/** kustomize's built-in rules (its default configuration of nameReference, v5.8). */
export const builtInReferences: ReferenceRule[] = [
  ...['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map(kind => rule(kind, scaled)),
  rule('ConfigMap  v1', [
    ...inPods(configUsers, [
      'volumes/configMap/name',
      'containers/env/valueFrom/configMapKeyRef/name',
      'initContainers/env/valueFrom/configMapKeyRef/name',
      'containers/envFrom/configMapRef/name',
      'initContainers/envFrom/configMapRef/name',
      'volumes/projected/sources/configMap/name',
    ]),
    field('Node', 'spec/configSource/configMap'),
    field('Role', 'rules/resourceNames'),
    field('ClusterRole', 'rules/resourceNames'),
    field('Ingress', 'metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap'),
  ]),
  rule('Secret  v1', [
    ...inPods(configUsers, [
      'volumes/secret/secretName',
      'containers/env/valueFrom/secretKeyRef/name',
      'initContainers/env/valueFrom/secretKeyRef/name',
      'containers/envFrom/secretRef/name',
      'initContainers/envFrom/secretRef/name',
      'imagePullSecrets/name',
      'volumes/projected/sources/secret/name',
    ]),
    field('Ingress', 'spec/tls/secretName'),
    field('Ingress', 'metadata/annotations/ingress.kubernetes.io\\/auth-secret'),
    field('Ingress', 'metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret'),
    field('Ingress', 'metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret'),
    field('ServiceAccount', 'imagePullSecrets/name'),
    ...['secretName', 'adminSecretName', 'userSecretName', 'secretRef'].map(name =>
      field('StorageClass', `parameters/${name}`),
    ),
    field('Role', 'rules/resourceNames'),
    field('ClusterRole', 'rules/resourceNames'),
    field('Service serving.knative.dev v1', 'spec/template/spec/containers/env/valueFrom/secretKeyRef/name'),
    field('PersistentVolume', 'spec/azureFile/secretName'),
  ]),
  rule('Service  v1', [
    field('StatefulSet apps', 'spec/serviceName'),
    field('Ingress', 'spec/rules/http/paths/backend/serviceName'),
    field('Ingress', 'spec/backend/serviceName'),
    field('Ingress', 'spec/rules/http/paths/backend/service/name'),
    field('Ingress', 'spec/defaultBackend/service/name'),
    field('APIService apiregistration.k8s.io', 'spec/service/name'),
    field(`ValidatingWebhookConfiguration ${webhooks}`, 'webhooks/clientConfig/service'),
    field(`MutatingWebhookConfiguration ${webhooks}`, 'webhooks/clientConfig/service'),
  ]),
  rule(`Role ${rbac}`, [field(`RoleBinding ${rbac}`, 'roleRef/name')]),
  rule(`ClusterRole ${rbac}`, [
    field(`RoleBinding ${rbac}`, 'roleRef/name'),
    field(`ClusterRoleBinding ${rbac}`, 'roleRef/name'),
  ]),
  rule('ServiceAccount  v1', [
    field(`RoleBinding ${rbac}`, 'subjects'),
    field(`ClusterRoleBinding ${rbac}`, 'subjects'),
    ...inPods(runners, ['serviceAccountName']),
  ]),
  rule('PersistentVolumeClaim  v1', inPods(runners, ['volumes/persistentVolumeClaim/claimName'])),
  rule('PersistentVolume  v1', [
    field('PersistentVolumeClaim', 'spec/volumeName'),
    field('ClusterRole', 'rules/resourceNames'),
  ]),
  rule('StorageClass storage.k8s.io v1', [
    field('PersistentVolume', 'spec/storageClassName'),
    field('PersistentVolumeClaim', 'spec/storageClassName'),
    field('StatefulSet', 'spec/volumeClaimTemplates/spec/storageClassName'),
  ]),
  rule('PriorityClass scheduling.k8s.io v1', inPods(runners, ['priorityClassName'])),
  // The group is written so in kustomize's own table; no object has it, so the rule never applies.
  rule('IngressClass networking.k8s.io/v1 v1', [field('Ingress', 'spec/ingressClassName')]),
  rule(`ValidatingAdmissionPolicy ${webhooks}`, [
    field(`ValidatingAdmissionPolicyBinding ${webhooks}`, 'spec/policyName'),
  ]),
];
