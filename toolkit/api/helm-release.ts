import { isObject, type Json, type JsonObject } from '@millrace/json';
import { type TProperties, Type } from 'typebox';
import { defineKind, type ResourceOf } from './kind.ts';
import { oneKindOfPatches, oneListOfValuesFiles } from './moved-fields.ts';
import {
  array,
  boolean,
  conditions,
  duration,
  int64,
  integer,
  localReference,
  object,
  oneOf,
  optional,
  readyColumns,
  selector,
  string,
  stringMap,
  time,
  withRules,
} from './schema-parts.ts';

const nameOfObject = () => string({ maxLength: 253, minLength: 1 });
const nameOfNamespace = () => string({ maxLength: 63, minLength: 1 });
const metadata = () => object({ annotations: optional(stringMap()), labels: optional(stringMap()) });

const chartSpec = {
  chart: string({ maxLength: 2048, minLength: 1 }),
  ignoreMissingValuesFiles: optional(boolean()),
  interval: optional(duration()),
  reconcileStrategy: optional({ ...oneOf('ChartVersion', 'Revision'), default: 'ChartVersion' }),
  sourceRef: object({
    apiVersion: optional(string()),
    kind: oneOf('HelmRepository', 'GitRepository', 'Bucket'),
    name: nameOfObject(),
    namespace: optional(nameOfNamespace()),
  }),
  valuesFiles: optional(array(string())),
  verify: optional(
    object({
      provider: { ...oneOf('cosign', 'notation'), default: 'cosign' },
      secretRef: optional(localReference()),
    }),
  ),
  version: optional(string({ default: '*' })),
};

const chart = <Fields extends TProperties>(fields: Fields) =>
  object({ metadata: optional(metadata()), spec: object(fields) });

const strategy = (message: string, rule: string) =>
  withRules(
    object({ name: oneOf('RemediateOnFailure', 'RetryOnFailure'), retryInterval: optional(duration()) }),
    [{ message, rule }],
  );

const deploying = {
  crds: optional(oneOf('Skip', 'Create', 'CreateReplace')),
  disableHooks: optional(boolean()),
  disableOpenAPIValidation: optional(boolean()),
  disableSchemaValidation: optional(boolean()),
  disableTakeOwnership: optional(boolean()),
  disableWait: optional(boolean()),
  disableWaitForJobs: optional(boolean()),
  timeout: optional(duration()),
};

const remediation = {
  ignoreTestFailures: optional(boolean()),
  remediateLastFailure: optional(boolean()),
  retries: optional(integer()),
};

const install = object({
  ...deploying,
  createNamespace: optional(boolean()),
  remediation: optional(object(remediation)),
  replace: optional(boolean()),
  serverSideApply: optional(boolean()),
  skipCRDs: optional(boolean()),
  strategy: optional(
    strategy(
      ".retryInterval cannot be set when .name is 'RemediateOnFailure'",
      "!has(self.retryInterval) || self.name != 'RemediateOnFailure'",
    ),
  ),
});

const serverSideApply = () => oneOf('enabled', 'disabled', 'auto');

const upgrade = object({
  ...deploying,
  chartNameChangeStrategy: optional(oneOf('InPlaceUpdate', 'Reinstall')),
  cleanupOnFail: optional(boolean()),
  force: optional(boolean()),
  preserveValues: optional(boolean()),
  remediation: optional(object({ ...remediation, strategy: optional(oneOf('rollback', 'uninstall')) })),
  serverSideApply: optional(serverSideApply()),
  strategy: optional(
    strategy(
      ".retryInterval can only be set when .name is 'RetryOnFailure'",
      "!has(self.retryInterval) || self.name == 'RetryOnFailure'",
    ),
  ),
});

const rollback = object({
  cleanupOnFail: optional(boolean()),
  disableHooks: optional(boolean()),
  disableWait: optional(boolean()),
  disableWaitForJobs: optional(boolean()),
  force: optional(boolean()),
  recreate: optional(boolean()),
  serverSideApply: optional(serverSideApply()),
  timeout: optional(duration()),
});

const uninstall = object({
  deletionPropagation: optional({ ...oneOf('background', 'foreground', 'orphan'), default: 'background' }),
  disableHooks: optional(boolean()),
  disableWait: optional(boolean()),
  keepHistory: optional(boolean()),
  timeout: optional(duration()),
});

const test = object({
  enable: optional(boolean()),
  filters: optional(array(object({ exclude: optional(boolean()), name: nameOfObject() }))),
  ignoreFailures: optional(boolean()),
  timeout: optional(duration()),
});

const oneKubeConfig =
  'exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be specified';

const kubeConfig = withRules(
  object({
    configMapRef: optional(localReference()),
    secretRef: optional(object({ key: optional(string()), name: string() })),
  }),
  [
    { message: oneKubeConfig, rule: 'has(self.configMapRef) || has(self.secretRef)' },
    { message: oneKubeConfig, rule: '!has(self.configMapRef) || !has(self.secretRef)' },
  ],
);

const postRenderers = array(
  object({
    kustomize: optional(
      object({
        images: optional(
          array(
            object({
              digest: optional(string()),
              name: string(),
              newName: optional(string()),
              newTag: optional(string()),
            }),
          ),
        ),
        patches: optional(array(object({ patch: string(), target: optional(selector()) }))),
      }),
    ),
  }),
);

const valuesFrom = array(
  object({
    kind: oneOf('Secret', 'ConfigMap'),
    literal: optional(boolean()),
    name: nameOfObject(),
    optional: optional(boolean()),
    targetPath: optional(
      string({ maxLength: 250, pattern: '^([a-zA-Z0-9_\\-.\\\\\\/]|\\[[0-9]{1,5}\\])+$' }),
    ),
    valuesKey: optional(string({ maxLength: 253, pattern: '^[\\-._a-zA-Z0-9]+$' })),
  }),
);

const fields = {
  chart: optional(chart(chartSpec)),
  chartRef: optional(
    object({
      apiVersion: optional(string()),
      kind: oneOf('OCIRepository', 'HelmChart', 'ExternalArtifact'),
      name: nameOfObject(),
      namespace: optional(nameOfNamespace()),
    }),
  ),
  commonMetadata: optional(metadata()),
  dependsOn: optional(
    array(object({ name: string(), namespace: optional(string()), readyExpr: optional(string()) })),
  ),
  driftDetection: optional(
    object({
      ignore: optional(array(object({ paths: array(string()), target: optional(selector()) }))),
      mode: optional(oneOf('enabled', 'warn', 'disabled')),
    }),
  ),
  healthCheckExprs: optional(
    array(
      object({
        apiVersion: string(),
        current: string(),
        failed: optional(string()),
        inProgress: optional(string()),
        kind: optional(string()),
      }),
    ),
  ),
  install: optional(install),
  interval: duration(),
  kubeConfig: optional(kubeConfig),
  maxHistory: optional(integer()),
  persistentClient: optional(boolean()),
  postRenderStrategy: optional(oneOf('nohooks', 'combined', 'separate')),
  postRenderers: optional(postRenderers),
  releaseName: optional(string({ maxLength: 53, minLength: 1 })),
  rollback: optional(rollback),
  serviceAccountName: optional(nameOfObject()),
  storageNamespace: optional(nameOfNamespace()),
  suspend: optional(boolean()),
  targetNamespace: optional(nameOfNamespace()),
  test: optional(test),
  timeout: optional(duration()),
  uninstall: optional(uninstall),
  upgrade: optional(upgrade),
  values: optional(Type.Unknown({ 'x-kubernetes-preserve-unknown-fields': true })),
  valuesFrom: optional(valuesFrom),
  waitStrategy: optional(object({ name: oneOf('poller', 'legacy') })),
};

const spec = withRules(object(fields), [
  {
    message: 'either chart or chartRef must be set',
    rule: '(has(self.chart) && !has(self.chartRef)) || (!has(self.chart) && has(self.chartRef))',
  },
]);

/** As manifests name it that were written before charts had a kind of their own in chartRef. */
const formerSpec = object({
  ...fields,
  chart: optional(chart({ ...chartSpec, valuesFile: optional(string()) })),
});

function upgradeSpec(former: JsonObject): JsonObject {
  const { chart, postRenderers } = former;
  return {
    ...former,
    ...(isObject(chart) &&
      isObject(chart.spec) && { chart: { ...chart, spec: oneListOfValuesFiles(chart.spec) } }),
    ...(Array.isArray(postRenderers) && { postRenderers: postRenderers.map(upgradePostRenderer) }),
  };
}

const upgradePostRenderer = (former: Json): Json =>
  isObject(former) && isObject(former.kustomize)
    ? { ...former, kustomize: oneKindOfPatches(former.kustomize) }
    : former;

const snapshot = object({
  action: optional(string()),
  apiVersion: optional(string()),
  appVersion: optional(string()),
  chartName: string(),
  chartVersion: string(),
  configDigest: string(),
  deleted: optional(time()),
  digest: string(),
  firstDeployed: time(),
  lastDeployed: time(),
  name: string(),
  namespace: string(),
  ociDigest: optional(string()),
  status: string(),
  testHooks: optional(
    Type.Object(
      {},
      {
        additionalProperties: object({
          lastCompleted: optional(time()),
          lastStarted: optional(time()),
          phase: optional(string()),
        }),
      },
    ),
  ),
  version: integer(),
});

const status = object({
  conditions: optional(conditions()),
  failures: optional(int64()),
  helmChart: optional(string()),
  history: optional(array(snapshot)),
  installFailures: optional(int64()),
  inventory: optional(object({ entries: array(object({ id: string(), v: string() })) })),
  lastAttemptedConfigDigest: optional(string()),
  lastAttemptedGeneration: optional(int64()),
  lastAttemptedReleaseAction: optional(oneOf('install', 'upgrade')),
  lastAttemptedReleaseActionDuration: optional(string()),
  lastAttemptedRevision: optional(string()),
  lastAttemptedRevisionDigest: optional(string()),
  lastAttemptedValuesChecksum: optional(string()),
  lastHandledForceAt: optional(string()),
  lastHandledReconcileAt: optional(string()),
  lastHandledResetAt: optional(string()),
  lastReleaseRevision: optional(integer()),
  observedCommonMetadataDigest: optional(string()),
  observedGeneration: optional(int64()),
  observedPostRenderersDigest: optional(string()),
  storageNamespace: optional(nameOfNamespace()),
  upgradeFailures: optional(int64()),
});

/** A release of a Helm chart (helm-controller, docs/spec/v2/helmreleases.md). */
export const helmRelease = defineKind({
  group: 'helm.toolkit.fluxcd.io',
  version: 'v2',
  formerVersions: [
    { name: 'v2beta2', spec: formerSpec, upgrade: upgradeSpec },
    { name: 'v2beta1', spec: formerSpec, upgrade: upgradeSpec },
  ],
  kind: 'HelmRelease',
  plural: 'helmreleases',
  singular: 'helmrelease',
  shortNames: ['hr'],
  categories: ['all', 'fluxcd', 'fluxcd-appliers'],
  columns: readyColumns,
  spec,
  status,
});

export type HelmRelease = ResourceOf<typeof helmRelease>;
export type HelmReleaseSpec = HelmRelease['spec'];
export type HelmReleaseStatus = NonNullable<HelmRelease['status']>;
export type Snapshot = NonNullable<HelmReleaseStatus['history']>[number];
