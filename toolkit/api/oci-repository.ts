import { defineKind, type ResourceOf } from './kind.ts';
import {
  array,
  artifact,
  boolean,
  conditions,
  duration,
  int64,
  localReference,
  object,
  oneOf,
  optional,
  readyColumns,
  shortDuration,
  string,
} from './schema-parts.ts';

const layerSelector = () =>
  object({ mediaType: optional(string()), operation: optional(oneOf('extract', 'copy')) });

const spec = object({
  certSecretRef: optional(localReference()),
  ignore: optional(string()),
  insecure: optional(boolean()),
  interval: duration(),
  layerSelector: optional(layerSelector()),
  provider: optional({ ...oneOf('generic', 'aws', 'azure', 'gcp'), default: 'generic' }),
  proxySecretRef: optional(localReference()),
  ref: optional(
    object({
      digest: optional(string()),
      semver: optional(string()),
      semverFilter: optional(string()),
      tag: optional(string()),
    }),
  ),
  secretRef: optional(localReference()),
  serviceAccountName: optional(string()),
  suspend: optional(boolean()),
  timeout: optional(shortDuration({ default: '60s' })),
  url: string({ pattern: '^oci://.*$' }),
  verify: optional(
    object({
      matchOIDCIdentity: optional(array(object({ issuer: string(), subject: string() }))),
      provider: { ...oneOf('cosign', 'notation'), default: 'cosign' },
      secretRef: optional(localReference()),
      trustedRootSecretRef: optional(localReference()),
    }),
  ),
});

const status = object({
  artifact: optional(artifact()),
  conditions: optional(conditions()),
  lastHandledReconcileAt: optional(string()),
  observedGeneration: optional(int64()),
  observedIgnore: optional(string()),
  observedLayerSelector: optional(layerSelector()),
  url: optional(string()),
});

const [age, ready, said] = readyColumns;

/** An artifact in an OCI registry (source-controller, docs/spec/v1/ocirepositories.md). */
export const ociRepository = defineKind({
  group: 'source.toolkit.fluxcd.io',
  version: 'v1',
  formerVersions: [{ name: 'v1beta2', spec }],
  kind: 'OCIRepository',
  plural: 'ocirepositories',
  singular: 'ocirepository',
  shortNames: ['ocirepo'],
  categories: ['all', 'fluxcd', 'fluxcd-sources'],
  columns: [{ name: 'URL', type: 'string', jsonPath: '.spec.url' }, ready!, said!, age!],
  spec,
  status,
});

export type OCIRepository = ResourceOf<typeof ociRepository>;
