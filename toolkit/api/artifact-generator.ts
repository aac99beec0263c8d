import { defineKind, type ResourceOf } from './kind.ts';
import {
  array,
  conditions,
  object,
  oneOf,
  optional,
  readyColumns,
  string,
  stringMap,
  withRules,
} from './schema-parts.ts';

/** `@alias/path` in a source, and `@alias` for the source itself. */
const inSource = '^@([a-z0-9]([a-z0-9_-]*[a-z0-9])?)/(.*)$';
const ofSource = '^@([a-z0-9]([a-z0-9_-]*[a-z0-9])?)$';

/** A path in the artifact, without `..` anywhere in it. */
const inArtifact =
  '^@artifact/([^/]{0,1}|[^./][^/]|[.][^./]|[^/]{3,})(/([^/]{0,1}|[^./][^/]|[.][^./]|[^/]{3,}))*$';

const copy = object({
  exclude: optional(array(string({ maxLength: 1024 }), { maxItems: 100 })),
  from: string({ maxLength: 1024, minLength: 1, pattern: inSource }),
  strategy: optional(oneOf('Overwrite', 'Merge', 'Extract')),
  to: string({ maxLength: 1024, minLength: 1, pattern: inArtifact }),
});

const source = object({
  alias: string({ maxLength: 63, pattern: '^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$' }),
  kind: oneOf('Bucket', 'GitRepository', 'OCIRepository', 'HelmChart', 'ExternalArtifact'),
  name: string({ maxLength: 253, pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$' }),
  namespace: optional(string({ maxLength: 63, minLength: 1, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' })),
});

const spec = withRules(
  object({
    artifacts: array(
      object({
        copy: array(copy, { minItems: 1 }),
        name: string({ maxLength: 253, minLength: 1 }),
        originRevision: optional(string({ maxLength: 64, pattern: ofSource })),
        revision: optional(string({ maxLength: 64, pattern: ofSource })),
      }),
      { maxItems: 1000, minItems: 1 },
    ),
    commonMetadata: optional(object({ annotations: optional(stringMap()), labels: optional(stringMap()) })),
    pathPattern: optional(string({ maxLength: 1024, pattern: inSource })),
    sources: array(source, { maxItems: 1000, minItems: 1 }),
  }),
  [
    {
      message: 'artifact names must be valid Kubernetes object names when pathPattern is not set',
      rule: "has(self.pathPattern) && size(self.pathPattern) > 0 || self.artifacts.all(a, a.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$'))",
    },
  ],
);

const status = object({
  conditions: optional(conditions()),
  inventory: optional(
    array(object({ digest: string(), filename: string(), name: string(), namespace: string() })),
  ),
  lastHandledReconcileAt: optional(string()),
  observedSourcesDigest: optional(string()),
});

/** Artifacts made of parts of others (source-watcher, docs/spec/v1beta1/artifactgenerators.md). */
export const artifactGenerator = defineKind({
  group: 'source.extensions.fluxcd.io',
  version: 'v1beta1',
  formerVersions: [],
  kind: 'ArtifactGenerator',
  plural: 'artifactgenerators',
  singular: 'artifactgenerator',
  shortNames: ['ag'],
  categories: ['all', 'fluxcd', 'fluxcd-sources'],
  columns: [...readyColumns],
  spec,
  status,
});

export type ArtifactGenerator = ResourceOf<typeof artifactGenerator>;
