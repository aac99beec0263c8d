import type { Json } from '@millrace/json';

/** Fields that a built-in type gets when they are absent, whatever else it says. */
export type PlainDefaults = Readonly<Record<string, Json>>;

const core = 'io.k8s.api.core.v1';
const apps = 'io.k8s.api.apps.v1';
const admission = 'io.k8s.api.admissionregistration.v1';

const tcp: PlainDefaults = { protocol: 'TCP' };
const mode: PlainDefaults = { defaultMode: 0o644 };
const container: PlainDefaults = {
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
};
const webhook: PlainDefaults = {
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  timeoutSeconds: 10,
};
const rbdVolume: PlainDefaults = { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' };
const scaleIoVolume: PlainDefaults = { storageMode: 'ThinProvisioned', fsType: 'xfs' };
const claimTemplate: PlainDefaults = { volumeMode: 'Filesystem' };
const rbacGroup = 'rbac.authorization.k8s.io';

/**
 * Defaults of built-in kinds by the name of their definition.
 * Source of the facts: the Kubernetes API reference, and the defaulting of kubernetes v1.36.
 */
export const plainDefaults: Readonly<Record<string, PlainDefaults>> = {
  [`${core}.PodSpec`]: {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
  },
  [`${core}.Container`]: container,
  [`${core}.EphemeralContainer`]: container,
  [`${core}.ContainerPort`]: tcp,
  [`${core}.Probe`]: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  [`${core}.HTTPGetAction`]: { path: '/', scheme: 'HTTP' },
  [`${core}.GRPCAction`]: { service: '' },
  [`${core}.ObjectFieldSelector`]: { apiVersion: 'v1' },
  [`${core}.FileKeySelector`]: { optional: false },
  [`${core}.SecretVolumeSource`]: mode,
  [`${core}.ConfigMapVolumeSource`]: mode,
  [`${core}.DownwardAPIVolumeSource`]: mode,
  [`${core}.ProjectedVolumeSource`]: mode,
  [`${core}.ServiceAccountTokenProjection`]: { expirationSeconds: 3600 },
  [`${core}.HostPathVolumeSource`]: { type: '' },
  [`${core}.ISCSIVolumeSource`]: { iscsiInterface: 'default' },
  [`${core}.ISCSIPersistentVolumeSource`]: { iscsiInterface: 'default' },
  [`${core}.RBDVolumeSource`]: rbdVolume,
  [`${core}.RBDPersistentVolumeSource`]: rbdVolume,
  [`${core}.AzureDiskVolumeSource`]: {
    cachingMode: 'ReadWrite',
    fsType: 'ext4',
    readOnly: false,
    kind: 'Shared',
  },
  [`${core}.ScaleIOVolumeSource`]: scaleIoVolume,
  [`${core}.ScaleIOPersistentVolumeSource`]: scaleIoVolume,
  [`${core}.Secret`]: { type: 'Opaque' },
  [`${core}.ServiceSpec`]: { sessionAffinity: 'None', type: 'ClusterIP' },
  [`${core}.ServicePort`]: tcp,
  [`${core}.EndpointPort`]: tcp,
  [`${core}.ReplicationControllerSpec`]: { replicas: 1 },
  [`${core}.PersistentVolumeSpec`]: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
  [`${core}.PersistentVolumeStatus`]: { phase: 'Pending' },
  [`${core}.PersistentVolumeClaimSpec`]: claimTemplate,
  [`${core}.PersistentVolumeClaimStatus`]: { phase: 'Pending' },
  [`${core}.NamespaceStatus`]: { phase: 'Active' },
  [`${apps}.DeploymentSpec`]: { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 },
  [`${apps}.DeploymentStrategy`]: { type: 'RollingUpdate' },
  [`${apps}.RollingUpdateDeployment`]: { maxUnavailable: '25%', maxSurge: '25%' },
  [`${apps}.DaemonSetSpec`]: { revisionHistoryLimit: 10 },
  [`${apps}.DaemonSetUpdateStrategy`]: { type: 'RollingUpdate' },
  [`${apps}.RollingUpdateDaemonSet`]: { maxUnavailable: 1, maxSurge: 0 },
  [`${apps}.ReplicaSetSpec`]: { replicas: 1 },
  [`${apps}.StatefulSetSpec`]: {
    podManagementPolicy: 'OrderedReady',
    persistentVolumeClaimRetentionPolicy: {},
    replicas: 1,
    revisionHistoryLimit: 10,
  },
  [`${apps}.StatefulSetPersistentVolumeClaimRetentionPolicy`]: {
    whenDeleted: 'Retain',
    whenScaled: 'Retain',
  },
  'io.k8s.api.batch.v1.CronJobSpec': {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  },
  'io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern': { status: 'True' },
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec': {
    minReplicas: 1,
    targetCPUUtilizationPercentage: 80,
  },
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec': {
    minReplicas: 1,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
      },
    ],
  },
  'io.k8s.api.networking.v1.NetworkPolicyPort': tcp,
  'io.k8s.api.networking.v1.IngressClassParametersReference': { scope: 'Cluster' },
  'io.k8s.api.rbac.v1.RoleRef': { apiGroup: rbacGroup },
  'io.k8s.api.storage.v1.StorageClass': { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  'io.k8s.api.storage.v1.CSIDriverSpec': {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    volumeLifecycleModes: ['Persistent'],
    requiresRepublish: false,
    seLinuxMount: false,
  },
  'io.k8s.api.scheduling.v1.PriorityClass': { preemptionPolicy: 'PreemptLowerPriority' },
  [`${admission}.ValidatingWebhook`]: webhook,
  [`${admission}.MutatingWebhook`]: { ...webhook, reinvocationPolicy: 'Never' },
  [`${admission}.RuleWithOperations`]: { scope: '*' },
  [`${admission}.NamedRuleWithOperations`]: { scope: '*' },
  [`${admission}.ServiceReference`]: { port: 443 },
  [`${admission}.ValidatingAdmissionPolicySpec`]: { failurePolicy: 'Fail' },
  [`${admission}.MutatingAdmissionPolicySpec`]: { failurePolicy: 'Fail' },
  [`${admission}.MatchResources`]: { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} },
  'io.k8s.api.discovery.v1.EndpointPort': { name: '', protocol: 'TCP' },
  'io.k8s.api.flowcontrol.v1.FlowSchemaSpec': { matchingPrecedence: 1000 },
  'io.k8s.api.flowcontrol.v1.ExemptPriorityLevelConfiguration': {
    nominalConcurrencyShares: 0,
    lendablePercent: 0,
  },
  'io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration': {
    nominalConcurrencyShares: 30,
    lendablePercent: 0,
  },
  'io.k8s.api.flowcontrol.v1.QueuingConfiguration': { queues: 64, handSize: 8, queueLengthLimit: 50 },
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec': {
    conversion: { strategy: 'None' },
  },
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference': { port: 443 },
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference': { port: 443 },
};
