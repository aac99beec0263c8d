import type { JsonObject } from '@millrace/json';
import { type Api, type Target, timestamp } from './api/api.ts';
import { parseGroupVersion } from './api/resource.ts';
import { objectAt, textAt } from './api/tree.ts';
import { controlPlaneAddress } from './life/scheduling/nodes.ts';
import { createObject } from './verbs/create.ts';
import { changeObject } from './verbs/update.ts';

const namespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Create what every cluster has from the start and what is missing of it. */
export function bootstrap(api: Api, port: number): void {
  for (const each of priorityClasses)
    ensure(api, { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', ...each });
  for (const name of namespaces) ensure(api, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  ensure(api, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      clusterIP: '10.96.0.1',
      clusterIPs: ['10.96.0.1'],
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }],
      type: 'ClusterIP',
    },
  });
  publish(api, port);
  ensure(api, serviceRange);
  const conditions = [
    {
      type: 'Ready',
      status: 'True',
      lastTransitionTime: timestamp(api.now()),
      reason: '',
      message: 'Kubernetes Service CIDR is ready',
    },
  ];
  const target = { ...targetOf(api, serviceRange), subresource: 'status' };
  changeObject(
    api,
    target,
    current => (objectAt(current, 'status').conditions ? undefined : { ...current, status: { conditions } }),
    {
      ...own,
      manager: 'kube-controller-manager',
    },
  );
}

/** What Services get their addresses from. */
const serviceRange: JsonObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name: 'kubernetes', finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
  spec: { cidrs: ['10.96.0.0/16'] },
};

/** Tell where the API is served: at the first node, as no endpoint may be on loopback. The port may be a new one. */
function publish(api: Api, port: number): void {
  const metadata = { name: 'kubernetes', namespace: 'default' };
  const ports = [{ name: 'https', port, protocol: 'TCP' }];
  const endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...metadata, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
  };
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
  };
  ensure(api, endpoints, { subsets: [{ addresses: [{ ip: controlPlaneAddress }], ports }] });
  const conditions = { ready: true };
  ensure(api, slice, { endpoints: [{ addresses: [controlPlaneAddress], conditions }], ports });
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#priorityclass */
const priorityClasses: readonly JsonObject[] = [
  {
    metadata: { name: 'system-node-critical' },
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    metadata: { name: 'system-cluster-critical' },
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
];

/** @param kept what of it is brought back at each start, if it was there */
function ensure(api: Api, object: JsonObject, kept?: JsonObject): void {
  const target = targetOf(api, object);
  if (!api.store.get(target.resource.storage, target.namespace, target.name))
    createObject(api, target, { ...object, ...kept }, own);
  else if (kept) changeObject(api, target, current => ({ ...current, ...kept }), own);
}

const own = { manager: 'kube-apiserver', dryRun: false, fieldValidation: 'Strict', warn() {} } as const;

function targetOf(api: Api, object: JsonObject): Target {
  const { group, version } = parseGroupVersion(textAt(object, 'apiVersion'));
  const resource = api.registry.findKind(group, version, textAt(object, 'kind'))!;
  const [namespace, name] = [textAt(object, 'metadata', 'namespace'), textAt(object, 'metadata', 'name')];
  return { resource, namespace, name, subresource: '' };
}
