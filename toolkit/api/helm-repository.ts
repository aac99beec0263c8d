import { without } from './former-version.ts';
import { defineKind, type ResourceOf } from './kind.ts';
import {
  accessFrom,
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

const spec = object({
  accessFrom: optional(accessFrom()),
  certSecretRef: optional(localReference()),
  insecure: optional(boolean()),
  interval: optional(duration()),
  passCredentials: optional(boolean()),
  provider: optional({ ...oneOf('generic', 'aws', 'azure', 'gcp'), default: 'generic' }),
  secretRef: optional(localReference()),
  suspend: optional(boolean()),
  timeout: optional(shortDuration()),
  type: optional(oneOf('default', 'oci')),
  url: string({ pattern: '^(http|https|oci)://.*$' }),
});

const status = object({
  artifact: optional(artifact()),
  conditions: optional(conditions()),
  lastHandledReconcileAt: optional(string()),
  observedGeneration: optional(int64()),
  url: optional(string()),
});

/** An access list never came to be. */
const upgrade = without('accessFrom');

const [age, ready, said] = readyColumns;

/** A repository of Helm charts (source-controller, docs/spec/v1/helmrepositories.md). */
export const helmRepository = defineKind({
  group: 'source.toolkit.fluxcd.io',
  version: 'v1',
  formerVersions: [
    { name: 'v1beta2', spec, upgrade },
    { name: 'v1beta1', spec, upgrade },
  ],
  kind: 'HelmRepository',
  plural: 'helmrepositories',
  singular: 'helmrepository',
  shortNames: ['helmrepo'],
  categories: ['all', 'fluxcd', 'fluxcd-sources'],
  columns: [{ name: 'URL', type: 'string', jsonPath: '.spec.url' }, age!, ready!, said!],
  spec,
  status,
});

export type HelmRepository = ResourceOf<typeof helmRepository>;
