import { kubernetes } from '@millrace/schema';
import { groupVersion, type Resource, type Subresource } from './resource.ts';

/** Short names as `kubectl api-resources` of Kubernetes 1.36 prints them. */
const shortNames: Readonly<Record<string, string>> = {
  '/componentstatuses': 'cs',
  '/configmaps': 'cm',
  '/endpoints': 'ep',
  '/events': 'ev',
  '/limitranges': 'limits',
  '/namespaces': 'ns',
  '/nodes': 'no',
  '/persistentvolumeclaims': 'pvc',
  '/persistentvolumes': 'pv',
  '/pods': 'po',
  '/replicationcontrollers': 'rc',
  '/resourcequotas': 'quota',
  '/serviceaccounts': 'sa',
  '/services': 'svc',
  'apiextensions.k8s.io/customresourcedefinitions': 'crd crds',
  'apps/daemonsets': 'ds',
  'apps/deployments': 'deploy',
  'apps/replicasets': 'rs',
  'apps/statefulsets': 'sts',
  'autoscaling/horizontalpodautoscalers': 'hpa',
  'batch/cronjobs': 'cj',
  'certificates.k8s.io/certificatesigningrequests': 'csr',
  'events.k8s.io/events': 'ev',
  'networking.k8s.io/ingresses': 'ing',
  'networking.k8s.io/ipaddresses': 'ip',
  'networking.k8s.io/networkpolicies': 'netpol',
  'policy/poddisruptionbudgets': 'pdb',
  'scheduling.k8s.io/priorityclasses': 'pc',
  'storage.k8s.io/storageclasses': 'sc',
  'storage.k8s.io/volumeattributesclasses': 'vac',
};

/** Resources of the category `all`, the ones that `kubectl get all` shows. */
const inAll = new Set([
  '/pods',
  '/replicationcontrollers',
  '/services',
  'apps/daemonsets',
  'apps/deployments',
  'apps/replicasets',
  'apps/statefulsets',
  'autoscaling/horizontalpodautoscalers',
  'batch/cronjobs',
  'batch/jobs',
]);

const categories: Readonly<Record<string, readonly string[]>> = {
  'admissionregistration.k8s.io/mutatingadmissionpolicies': ['api-extensions'],
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings': ['api-extensions'],
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': ['api-extensions'],
  'admissionregistration.k8s.io/validatingadmissionpolicies': ['api-extensions'],
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': ['api-extensions'],
  'admissionregistration.k8s.io/validatingwebhookconfigurations': ['api-extensions'],
  'apiextensions.k8s.io/customresourcedefinitions': ['api-extensions'],
  'apiregistration.k8s.io/apiservices': ['api-extensions'],
};

/** One storage behind two groups: an Event written through either is seen through both. */
const sharedStorage: Readonly<Record<string, string>> = { 'events.k8s.io/events': '/events' };

/** In which version the objects of a resource are kept where it is not the preferred one. */
const storedAs: Readonly<Record<string, string>> = { 'events.k8s.io/events': 'v1' };

/** Which versions are served: those of a plain Kubernetes (since 1.24 without alpha and beta), or all that are known. */
export type ServedApis = 'stable' | 'all';

/** Where discovery puts the groups; those of definitions follow by name. */
export const groupOrder: readonly string[] = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
];

/** What subresources that lead to a process take, as discovery says it. */
const connected: Readonly<Record<string, readonly string[]>> = {
  proxy: ['create', 'delete', 'get', 'patch', 'update'],
  attach: ['create', 'get'],
  exec: ['create', 'get'],
  portforward: ['create', 'get'],
};

/** Resources that serve less than they publish. */
const verbsOf: Readonly<Record<string, readonly string[]>> = { '/componentstatuses': ['get', 'list'] };

/** The built-in resources, each with its subresources, in the order of the published list. */
export function builtInResources(apis: ServedApis = 'stable'): Resource[] {
  const served = kubernetes.resources.filter(({ version }) => apis === 'all' || /^v\d+$/.test(version));
  const preferred = new Map<string, string>();
  for (const { group, version, resource } of served) {
    const key = `${group}/${resource}`;
    const known = preferred.get(key);
    if (known === undefined || compareVersions(version, known) < 0) preferred.set(key, version);
  }
  const subresources = subresourcesByParent(served);
  return served
    .filter(found => !found.resource.includes('/'))
    .map(found => {
      const key = `${found.group}/${found.resource}`;
      return {
        group: found.group,
        version: found.version,
        kind: found.kind,
        resource: found.resource,
        singular: found.kind.toLowerCase(),
        shortNames: shortNames[key]?.split(' ') ?? [],
        categories: inAll.has(key) ? ['all'] : (categories[key] ?? []),
        namespaced: found.namespaced,
        verbs: verbsOf[key] ?? found.verbs,
        subresources: subresources.get(`${groupVersion(found)}/${found.resource}`) ?? {},
        served: true,
        storage: sharedStorage[key] ?? key,
        storageVersion: storedAs[key] ?? preferred.get(key)!,
        schema: kubernetes.schemaFor({ group: found.group, version: found.version, kind: found.kind }),
      };
    });
}

function subresourcesByParent(served: typeof kubernetes.resources): Map<string, Record<string, Subresource>> {
  const byParent = new Map<string, Record<string, Subresource>>();
  for (const found of served) {
    const [parent, name] = found.resource.split('/');
    if (name === undefined) continue;
    const key = `${groupVersion(found)}/${parent}`;
    const known = byParent.get(key) ?? {};
    const { kindGroup, kindVersion } = found as { kindGroup?: string; kindVersion?: string };
    known[name] = {
      group: kindGroup ?? found.group,
      version: kindVersion ?? found.version,
      kind: found.kind,
      verbs: connected[name] ?? found.verbs,
    };
    byParent.set(key, known);
  }
  return byParent;
}

/**
 * Order of API versions, the most stable and newest first: v2, v1, v1beta2, v1beta1, v1alpha1, then others by name.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority
 */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [versionParts(a), versionParts(b)];
  if (!x || !y) return x ? -1 : y ? 1 : a < b ? -1 : Number(a > b);
  return y.stability - x.stability || y.major - x.major || y.minor - x.minor;
}

function versionParts(version: string): { stability: number; major: number; minor: number } | undefined {
  const match = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version);
  if (!match) return undefined;
  const stability = match[2] === 'alpha' ? 0 : match[2] === 'beta' ? 1 : 2;
  return { stability, major: Number(match[1]), minor: Number(match[3] ?? 0) };
}
