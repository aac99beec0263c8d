import type { Static } from 'typebox';
import { without } from './former-version.ts';
import { defineKind, type ResourceOf } from './kind.ts';
import {
  accessFrom,
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

/** With a choice of Git's library, and an access list that never came to be. */
const formerSpec = object({
  ...spec.properties,
  gitImplementation: optional(oneOf('go-git', 'libgit2')),
  accessFrom: optional(accessFrom()),
});

/** A Git repository whose content is offered as an artifact (source-controller, docs/spec/v1/gitrepositories.md). */
export const gitRepository = defineKind({
  group: 'source.toolkit.fluxcd.io',
  version: 'v1',
  formerVersions: [
    { name: 'v1beta2', spec: formerSpec, upgrade: without('gitImplementation', 'accessFrom') },
    { name: 'v1beta1', spec: formerSpec, upgrade: without('gitImplementation', 'accessFrom') },
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
