import { customResourceDefinition, fluxVersion } from '@millrace/api';
import type { JsonObject } from '@millrace/json';
import { asJson, asKubeObject, type KubeObject } from '@millrace/kube';
import { type PortName, traits } from './component.ts';
import { deployment } from './deployment.ts';
import { type Marks, marked } from './manifest.ts';
import { networkPolicies } from './network-policies.ts';
import type { Component, InstallOptions } from './options/index.ts';
import { pageName, pageRights, pageService, pageWorkload } from './page.ts';
import { rights } from './rights.ts';
import { singleName, singleWorkload, workloadOf } from './workload.ts';

/**
 * Everything that an installation consists of, in Flux's order: what is there for all, then each component with its
 * definitions, account, Services and Deployment. But for image and command, the objects are those of Flux 2.9.
 */
export function installation(options: InstallOptions): KubeObject[] {
  const { namespace, single, networkPolicy } = options;
  const inAll = {
    'app.kubernetes.io/instance': namespace,
    'app.kubernetes.io/part-of': 'flux',
    'app.kubernetes.io/version': fluxVersion,
  };
  const ofCluster: Marks = { labels: inAll };
  const ofNamespace: Marks = { labels: inAll, namespace };
  const manifests = [
    marked(namespaceManifest(namespace), ofCluster),
    ...(networkPolicy
      ? networkPolicies({
          webhooks: single ? singleName : 'notification-controller',
          page: options.web.length === 0 ? undefined : single ? singleName : pageName,
        }).map(one => marked(one, ofNamespace))
      : []),
    marked(criticalPods(namespace), ofNamespace),
    ...rights({ namespace, ...(single ? { account: singleName } : {}) }).map(one => marked(one, ofCluster)),
    ...options.components.flatMap(component => componentManifests(component, options, inAll)),
    ...(single ? singleManifests(options, inAll) : []),
    ...(options.web.length === 0 ? [] : pageManifests(options, inAll)),
  ];
  return manifests.map(asKubeObject);
}

function componentManifests(
  component: Component,
  options: InstallOptions,
  inAll: Record<string, string>,
): JsonObject[] {
  const { namespace, single } = options;
  const { kinds, services } = traits[component];
  const labels = { ...inAll, 'app.kubernetes.io/component': component };
  const own: Marks = { labels, namespace };
  const definitions = kinds.map(kind => marked(asJson(customResourceDefinition(kind)), { labels }));
  const doors = services.map(service => marked(serviceManifest(service, component, single), own));
  if (single) return [...definitions, ...doors];
  return [
    ...definitions,
    marked(serviceAccount(component), own),
    ...doors,
    marked(deployment(workloadOf(component, options), options, labels), own),
  ];
}

function singleManifests(options: InstallOptions, inAll: Record<string, string>): JsonObject[] {
  const labels = { ...inAll, 'app.kubernetes.io/component': singleName };
  const own: Marks = { labels, namespace: options.namespace };
  return [
    marked(serviceAccount(singleName), own),
    marked(deployment(singleWorkload(options), options, labels), own),
  ];
}

/** One process for all serves the page too, and has every right already. */
function pageManifests(options: InstallOptions, inAll: Record<string, string>): JsonObject[] {
  const { namespace, single } = options;
  const labels = { ...inAll, 'app.kubernetes.io/component': pageName };
  const own: Marks = { labels, namespace };
  const service = marked(pageService(single ? singleName : pageName), own);
  if (single) return [service];
  return [
    ...pageRights(namespace).map(one => marked(one, { labels })),
    marked(serviceAccount(pageName), own),
    service,
    marked(deployment(pageWorkload(options), options, labels), own),
  ];
}

/** Warns of Pods that do not keep to the profile, and turns none away: what else lives there is not ours to judge. */
function namespaceManifest(name: string): JsonObject {
  const labels = {
    'pod-security.kubernetes.io/warn': 'restricted',
    'pod-security.kubernetes.io/warn-version': 'latest',
  };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** Clusters that admit critical Pods only by quota (GKE) need one. */
function criticalPods(namespace: string): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: `critical-pods-${namespace}` },
    spec: {
      hard: { pods: '1000' },
      scopeSelector: {
        matchExpressions: [
          {
            operator: 'In',
            scopeName: 'PriorityClass',
            values: ['system-node-critical', 'system-cluster-critical'],
          },
        ],
      },
    },
  };
}

function serviceAccount(name: string): JsonObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } };
}

function serviceManifest(
  { name, port, controlPlane }: { name: string; port: PortName; controlPlane: string },
  component: Component,
  single: boolean,
): JsonObject {
  // One process serves artifacts and takes events at ports of their own.
  const targetPort = single && name === 'notification-controller' ? 'http-events' : port;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels: { 'control-plane': controlPlane } },
    spec: {
      ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort }],
      selector: { app: single ? singleName : component },
      type: 'ClusterIP',
    },
  };
}
