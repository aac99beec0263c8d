import type { JsonObject } from '@millrace/json';
import { without } from './former-version.ts';
import { defineKind, type ResourceOf } from './kind.ts';
import { oneKindOfPatches } from './moved-fields.ts';
import {
  array,
  boolean,
  conditions,
  duration,
  int64,
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

const postBuild = object({
  substitute: optional(stringMap()),
  substituteFrom: optional(
    array(
      object({
        kind: oneOf('Secret', 'ConfigMap'),
        name: string({ maxLength: 253, minLength: 1 }),
        optional: optional(boolean({ default: false })),
      }),
    ),
  ),
  substituteStrategy: optional(oneOf('WithVariables', 'Always')),
});

const spec = object({
  buildMetadata: optional(array(oneOf('originAnnotations', 'transformerAnnotations'))),
  commonMetadata: optional(object({ annotations: optional(stringMap()), labels: optional(stringMap()) })),
  components: optional(array(string())),
  decryption: optional(
    object({
      provider: oneOf('sops'),
      secretRef: optional(localReference()),
      serviceAccountName: optional(string()),
    }),
  ),
  deletionPolicy: optional(oneOf('MirrorPrune', 'Delete', 'WaitForTermination', 'Orphan')),
  dependsOn: optional(
    array(object({ name: string(), namespace: optional(string()), readyExpr: optional(string()) })),
  ),
  force: optional(boolean({ default: false })),
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
  healthChecks: optional(
    array(
      object({
        apiVersion: optional(string()),
        kind: string(),
        name: string(),
        namespace: optional(string()),
      }),
    ),
  ),
  ignore: optional(array(object({ paths: array(string()), target: optional(selector()) }))),
  ignoreMissingComponents: optional(boolean()),
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
  interval: duration(),
  kubeConfig: optional(kubeConfig),
  namePrefix: optional(string({ maxLength: 200, minLength: 1 })),
  nameSuffix: optional(string({ maxLength: 200, minLength: 1 })),
  patches: optional(array(object({ patch: string(), target: optional(selector()) }))),
  path: optional(string()),
  postBuild: optional(postBuild),
  prune: boolean(),
  retryInterval: optional(duration()),
  serviceAccountName: optional(string()),
  sourceRef: object({
    apiVersion: optional(string()),
    kind: oneOf('OCIRepository', 'GitRepository', 'Bucket', 'ExternalArtifact'),
    name: string(),
    namespace: optional(string()),
  }),
  suspend: optional(boolean()),
  targetNamespace: optional(string({ maxLength: 63, minLength: 1 })),
  timeout: optional(duration()),
  wait: optional(boolean()),
});

const status = object({
  conditions: optional(conditions()),
  history: optional(
    array(
      object({
        digest: string(),
        firstReconciled: time(),
        lastReconciled: time(),
        lastReconciledDuration: string(),
        lastReconciledStatus: string(),
        metadata: optional(stringMap()),
        totalReconciliations: int64(),
      }),
    ),
  ),
  inventory: optional(object({ entries: array(object({ id: string(), v: string() })) })),
  lastAppliedOriginRevision: optional(string()),
  lastAppliedRevision: optional(string()),
  lastAttemptedRevision: optional(string()),
  lastHandledReconcileAt: optional(string()),
  observedGeneration: optional(int64()),
});

/** With how to validate, when the server did not yet. The former patches are not served: stored they would be lost. */
const formerSpec = object({ ...spec.properties, validation: optional(oneOf('none', 'client', 'server')) });

const upgrade = (former: JsonObject): JsonObject => without('validation')(oneKindOfPatches(former));

/** A pipeline from a source's manifests to the cluster (kustomize-controller, docs/spec/v1/kustomizations.md). */
export const kustomization = defineKind({
  group: 'kustomize.toolkit.fluxcd.io',
  version: 'v1',
  formerVersions: [
    { name: 'v1beta2', spec: formerSpec, upgrade },
    { name: 'v1beta1', spec: formerSpec, upgrade },
  ],
  kind: 'Kustomization',
  plural: 'kustomizations',
  singular: 'kustomization',
  shortNames: ['ks'],
  categories: ['all', 'fluxcd', 'fluxcd-appliers'],
  columns: readyColumns,
  spec,
  status,
});

export type Kustomization = ResourceOf<typeof kustomization>;
