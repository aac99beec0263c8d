import type { JsonObject } from '@millrace/json';

/** Where a tenant is, whose namespace it is after, and what both have: a source called `fleet`, and Secrets. */
export interface Places {
  tenant: string;
  victim: string;
}

/** Something that a tenant writes to get out of its namespace, and what it is told. */
export interface Attempt {
  what: string;
  apiVersion: string;
  kind: string;
  spec(places: Places): JsonObject;
  reason: string;
  /** Parts of the message. */
  message(places: Places): string[];
}

const kustomize = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' };
const helm = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' };
const source = { kind: 'GitRepository', name: 'fleet' };
const interval = '1h';

/** A Kustomization as the tenant should have it, and what it does beyond that. */
const build = (path: string, more: JsonObject = {}) => ({
  ...{ interval, retryInterval: '1h', timeout: '5s', prune: true, serviceAccountName: 'team' },
  ...{ sourceRef: source, path, ...more },
});
const release = (more: JsonObject = {}) => ({
  ...{ interval, timeout: '5s', serviceAccountName: 'team' },
  chart: { spec: { chart: './chart', sourceRef: source } },
  ...more,
});
const forbidden = (account: string) => (places: Places) => [
  `User "system:serviceaccount:${places.tenant}:${account}" cannot `,
];
const blocked = (kind: string, name: string) => (places: Places) => [
  `can't access '${kind}/${places.victim}/${name}', cross-namespace references have been blocked`,
];

const kustomizations: Attempt[] = [
  {
    what: 'an object of its repository in another namespace',
    ...kustomize,
    spec: () => build('./elsewhere'),
    reason: 'ReconciliationFailed',
    message: forbidden('team'),
  },
  {
    what: 'a role for the whole cluster in its repository',
    ...kustomize,
    spec: () => build('./cluster-role-binding'),
    reason: 'ReconciliationFailed',
    message: forbidden('team'),
  },
  {
    what: 'a namespace of its own making',
    ...kustomize,
    spec: () => build('./namespace'),
    reason: 'ReconciliationFailed',
    message: forbidden('team'),
  },
  {
    what: 'a Kustomization in another namespace, where others reconcile it',
    ...kustomize,
    spec: () => build('./kustomization-elsewhere'),
    reason: 'ReconciliationFailed',
    message: forbidden('team'),
  },
  {
    what: 'targetNamespace',
    ...kustomize,
    spec: ({ victim }) => build('./app', { targetNamespace: victim }),
    reason: 'ReconciliationFailed',
    message: forbidden('team'),
  },
  {
    what: 'no ServiceAccount at all',
    ...kustomize,
    spec: () => build('./app', { serviceAccountName: undefined as never }),
    reason: 'ReconciliationFailed',
    message: forbidden('default'),
  },
  {
    what: 'a ServiceAccount that only another namespace has',
    ...kustomize,
    spec: () => build('./app', { serviceAccountName: 'admin' }),
    reason: 'ReconciliationFailed',
    message: forbidden('admin'),
  },
  {
    what: 'the ServiceAccount of another namespace by its whole name',
    ...kustomize,
    spec: ({ victim }) => build('./app', { serviceAccountName: `${victim}:admin` }),
    reason: 'InvalidSpec',
    message: () => ['is no name of a service account'],
  },
  {
    what: 'the source of another namespace',
    ...kustomize,
    spec: ({ victim }) => build('./app', { sourceRef: { ...source, namespace: victim } }),
    reason: 'AccessDenied',
    message: blocked('GitRepository', 'fleet'),
  },
  {
    what: 'variables out of a Secret of another namespace',
    ...kustomize,
    spec: () => build('./app', { postBuild: { substituteFrom: [{ kind: 'Secret', name: 'treasure' }] } }),
    reason: 'BuildFailed',
    message: () => ['treasure', 'not found'],
  },
  {
    what: 'keys of another namespace',
    ...kustomize,
    spec: () => build('./app', { decryption: { provider: 'sops', secretRef: { name: 'treasure' } } }),
    reason: 'BuildFailed',
    message: () => ['treasure'],
  },
  {
    what: 'a kubeconfig that another namespace has',
    ...kustomize,
    spec: () => build('./app', { kubeConfig: { secretRef: { name: 'treasure' } } }),
    reason: 'ReconciliationFailed',
    message: () => ['treasure'],
  },
  {
    what: 'a base from elsewhere',
    ...kustomize,
    spec: () => build('./remote-base'),
    reason: 'BuildFailed',
    message: () => ['example.com'],
  },
];

const releases: Attempt[] = [
  {
    what: 'a release without a ServiceAccount',
    ...helm,
    spec: () => release({ serviceAccountName: undefined as never }),
    reason: 'StateError',
    message: forbidden('default'),
  },
  {
    what: 'a release into another namespace',
    ...helm,
    spec: ({ victim }) => release({ targetNamespace: victim }),
    reason: 'InstallFailed',
    message: forbidden('team'),
  },
  {
    what: 'a release that is remembered in another namespace',
    ...helm,
    spec: ({ victim }) => release({ storageNamespace: victim }),
    reason: 'StateError',
    message: forbidden('team'),
  },
  {
    what: 'the chart of another namespace',
    ...helm,
    spec: ({ victim }) =>
      release({ chart: { spec: { chart: './chart', sourceRef: { ...source, namespace: victim } } } }),
    reason: 'AccessDenied',
    message: ({ victim }) => [
      `can't access 'HelmChart/${victim}/`,
      'cross-namespace references have been blocked',
    ],
  },
  {
    what: 'the OCI artifact of another namespace',
    ...helm,
    spec: ({ victim }) => ({
      ...{ interval, timeout: '5s', serviceAccountName: 'team' },
      chartRef: { kind: 'OCIRepository', name: 'charts', namespace: victim },
    }),
    reason: 'AccessDenied',
    message: blocked('OCIRepository', 'charts'),
  },
  {
    what: 'values of another namespace',
    ...helm,
    spec: () => release({ valuesFrom: [{ kind: 'Secret', name: 'treasure' }] }),
    reason: 'ValuesError',
    message: () => ['treasure'],
  },
  {
    what: 'a chart that looks into another namespace',
    ...helm,
    spec: ({ victim }) => release({ values: { spy: victim } }),
    reason: 'InstallFailed',
    message: forbidden('team'),
  },
];

const others: Attempt[] = [
  {
    what: 'credentials of another namespace for a repository',
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    spec: () => ({ interval, url: 'https://127.0.0.1:1/x.git', secretRef: { name: 'treasure' } }),
    reason: 'AuthenticationFailed',
    message: ({ tenant }) => [`${tenant}/treasure`],
  },
  {
    what: 'an artifact made of the source of another namespace',
    apiVersion: 'source.extensions.fluxcd.io/v1beta1',
    kind: 'ArtifactGenerator',
    spec: ({ victim }) => ({
      sources: [{ alias: 'fleet', ...source, namespace: victim }],
      artifacts: [{ name: 'stolen', copy: [{ from: '@fleet/**', to: '@artifact/' }] }],
    }),
    reason: 'AccessDenied',
    message: ({ victim }) => [
      `cross-namespace reference to source GitRepository/${victim}/fleet is not allowed`,
    ],
  },
  {
    what: 'images that another namespace has scanned',
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImagePolicy',
    spec: ({ victim }) => ({
      imageRepositoryRef: { name: 'api', namespace: victim },
      policy: { alphabetical: {} },
    }),
    reason: 'AccessDenied',
    message: ({ victim }) => [
      `cannot access 'ImageRepository/${victim}/api', cross-namespace references have been blocked`,
    ],
  },
  {
    what: 'commits to the repository of another namespace',
    apiVersion: 'image.toolkit.fluxcd.io/v1',
    kind: 'ImageUpdateAutomation',
    spec: ({ victim }) => ({
      ...{ interval, sourceRef: { ...source, namespace: victim } },
      git: { commit: { author: { email: 'team@example.com' } }, push: { branch: 'main' } },
    }),
    reason: 'AccessDenied',
    message: blocked('GitRepository', 'fleet'),
  },
];

export const attempts: Attempt[] = [...kustomizations, ...releases, ...others];
