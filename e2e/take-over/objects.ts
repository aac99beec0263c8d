import type { KubeObject, ObjectRef } from '@millrace/kube';
import { namespace, type Outside } from './outside.ts';

const inShop = { namespace };

/** What a person asks Flux for. */
export function manifests({ repository, charts }: Pick<Outside, 'repository' | 'charts'>): KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: 'fleet', ...inShop },
      spec: { interval: '1h', url: repository, ref: { branch: 'main' } },
    },
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'shop', ...inShop },
      spec: {
        interval: '1h',
        path: './apps',
        prune: true,
        targetNamespace: namespace,
        sourceRef: { kind: 'GitRepository', name: 'fleet' },
      },
    },
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmRepository',
      metadata: { name: 'charts', ...inShop },
      spec: { interval: '1h', url: charts },
    },
    {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'app', ...inShop },
      spec: {
        interval: '1h',
        chart: {
          spec: {
            chart: 'app',
            version: '1.x',
            interval: '1h',
            sourceRef: { kind: 'HelmRepository', name: 'charts' },
          },
        },
        driftDetection: { mode: 'enabled' },
        values: { replicas: 3 },
      },
    },
  ];
}

const one = (apiVersion: string, kind: string, name: string): ObjectRef => ({
  apiVersion,
  kind,
  name,
  namespace,
});

/** Those that controllers reconcile. */
export const reconciled = {
  repository: one('source.toolkit.fluxcd.io/v1', 'GitRepository', 'fleet'),
  kustomization: one('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'shop'),
  charts: one('source.toolkit.fluxcd.io/v1', 'HelmRepository', 'charts'),
  chart: one('source.toolkit.fluxcd.io/v1', 'HelmChart', 'shop-app'),
  release: one('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'app'),
};

/** Those that come of it. */
export const deployed = {
  settings: one('v1', 'ConfigMap', 'settings'),
  extra: one('v1', 'ConfigMap', 'extra'),
  shop: one('apps/v1', 'Deployment', 'shop'),
  service: one('v1', 'Service', 'shop'),
  account: one('v1', 'ServiceAccount', 'shop'),
  reader: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'shop-reader' },
  app: one('v1', 'ConfigMap', 'app'),
  record: one('v1', 'Secret', 'sh.helm.release.v1.app.v1'),
};
