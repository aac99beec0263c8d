import type { Static } from 'typebox';
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
  stringMap,
  withRules,
} from './schema-parts.ts';

const include = () =>
  object({ fromPath: optional(string()), repository: localReference(), toPath: optional(string()) });

const spec = withRules(
  object({
    ignore: optional(string()),
    include: optional(array(include())),
    interval: duration(),
    provider: optional(oneOf('generic', 'aws', 'azure', 'github')),
    proxySecretRef: optional(localReference()),
    recurseSubmodules: optional(boolean()),
    ref: optional(
      object({
        branch: optional(string()),
        commit: optional(string()),
        name: optional(string()),
        semver: optional(string()),
        tag: optional(string()),
      }),
    ),
    secretRef: optional(localReference()),
    serviceAccountName: optional(string()),
    sparseCheckout: optional(array(string())),
    suspend: optional(boolean()),
    timeout: optional(shortDuration({ default: '60s' })),
    url: string({ pattern: '^(http|https|ssh)://.*$' }),
    verify: optional(
      object({
        mode: optional({ ...oneOf('head', 'HEAD', 'Tag', 'TagAndHEAD'), default: 'HEAD' }),
        secretRef: localReference(),
      }),
    ),
  }),
  [
    {
      message: "serviceAccountName can only be set when provider is 'azure' or 'aws'",
      rule: "!has(self.serviceAccountName) || (has(self.provider) && (self.provider == 'azure' || self.provider == 'aws'))",
    },
  ],
);

const status = object({
  artifact: optional(artifact()),
  conditions: optional(conditions()),
  includedArtifacts: optional(array(artifact())),
  lastHandledReconcileAt: optional(string()),
  observedGeneration: optional(int64()),
  observedIgnore: optional(string()),
  observedInclude: optional(array(include())),
  observedRecurseSubmodules: optional(boolean()),
  observedSparseCheckout: optional(array(string())),
  sourceVerificationMode: optional(string()),
});

/** Which Git library to use, and an access list that never came to be. */
const formerSpec = {
  gitImplementation: oneOf('go-git', 'libgit2'),
  accessFrom: object({ namespaceSelectors: array(object({ matchLabels: optional(stringMap()) })) }),
};

/** A Git repository whose content is offered as an artifact (source-controller, docs/spec/v1/gitrepositories.md). */
export const gitRepository = defineKind({
  group: 'source.toolkit.fluxcd.io',
  version: 'v1',
  deprecatedVersions: [
    { name: 'v1beta2', formerSpec },
    { name: 'v1beta1', formerSpec },
  ],
  kind: 'GitRepository',
  plural: 'gitrepositories',
  singular: 'gitrepository',
  shortNames: ['gitrepo'],
  categories: ['all', 'fluxcd', 'fluxcd-sources'],
  columns: [{ name: 'URL', type: 'string', jsonPath: '.spec.url' }, ...readyColumns],
  spec,
  status,
});

export type GitRepository = ResourceOf<typeof gitRepository>;
export type Artifact = Static<ReturnType<typeof artifact>>;
