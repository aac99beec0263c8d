import type { KubeObject } from '@millrace/kube';

const second = 1000;
const hour = 3600 * second;

/** What the events of the scene tell, newest last; ages are such that they are written alike for half an hour. */
const told: [
  ageHours: number,
  type: 'Normal' | 'Warning',
  object: string,
  reason: string,
  message: string,
][] = [
  [
    200,
    'Normal',
    'GitRepository flux-system/flux-system',
    'NewArtifact',
    "stored artifact for commit 'Add apps'",
  ],
  [
    100.4,
    'Normal',
    'Kustomization flux-system/flux-system',
    'ReconciliationSucceeded',
    'Reconciliation finished in 1.2s, next run in 10m0s',
  ],
  [
    99.4,
    'Normal',
    'Kustomization flux-system/infra',
    'Progressing',
    'Namespace/infra created\nService/infra/dns configured',
  ],
  [
    75.4,
    'Warning',
    'Kustomization flux-system/apps',
    'HealthCheckFailed',
    "timeout waiting for: [Deployment/shop/api status: 'InProgress']",
  ],
  [
    50.4,
    'Warning',
    'HelmRelease shop/worker',
    'InstallFailed',
    'Helm install failed for release shop/worker with chart worker@0.1.0: context deadline exceeded',
  ],
  [
    30.4,
    'Normal',
    'HelmRelease flux-system/podinfo',
    'UpgradeSucceeded',
    'Helm upgrade succeeded for release flux-system/podinfo.v2 with chart podinfo@6.7.1',
  ],
  [
    20.4,
    'Normal',
    'HelmChart flux-system/flux-system-podinfo',
    'ChartPullSucceeded',
    "pulled 'podinfo' chart with version '6.7.1'",
  ],
  [
    15.4,
    'Warning',
    'GitRepository shop/api',
    'GitOperationFailed',
    'failed to checkout and determine revision: authentication required',
  ],
  [14.4, 'Normal', 'Deployment shop/api', 'ScalingReplicaSet', 'Scaled up replica set api-1 to 1'],
  [
    12.4,
    'Normal',
    'ImagePolicy shop/api',
    'Succeeded',
    'Latest image tag for registry.example.com/api resolved to 1.4.2',
  ],
];

const groups: Record<string, string> = {
  GitRepository: 'source.toolkit.fluxcd.io/v1',
  HelmChart: 'source.toolkit.fluxcd.io/v1',
  Kustomization: 'kustomize.toolkit.fluxcd.io/v1',
  HelmRelease: 'helm.toolkit.fluxcd.io/v2',
  ImagePolicy: 'image.toolkit.fluxcd.io/v1',
  Deployment: 'apps/v1',
};

/** @param now in milliseconds since 1970 */
export function happened(now: number): KubeObject[] {
  return told.map(([age, type, object, reason, message], index) => {
    const [kind = '', place = ''] = object.split(' ');
    const [namespace = '', name = ''] = place.split('/');
    const at = new Date(now - age * hour).toISOString().replace(/\.\d+Z$/, 'Z');
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${index}`, namespace },
      involvedObject: { apiVersion: groups[kind], kind, namespace, name },
      type,
      reason,
      message,
      firstTimestamp: at,
      lastTimestamp: at,
      count: index + 1,
      source: { component: 'scene' },
      reportingComponent: 'scene',
    };
  });
}
