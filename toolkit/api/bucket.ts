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
  withRules,
} from './schema-parts.ts';

const fields = {
  bucketName: string(),
  certSecretRef: optional(localReference()),
  endpoint: string(),
  ignore: optional(string()),
  insecure: optional(boolean()),
  interval: duration(),
  prefix: optional(string()),
  provider: optional({ ...oneOf('generic', 'aws', 'gcp', 'azure'), default: 'generic' }),
  proxySecretRef: optional(localReference()),
  region: optional(string()),
  secretRef: optional(localReference()),
  serviceAccountName: optional(string()),
  sts: optional(
    object({
      certSecretRef: optional(localReference()),
      endpoint: string({ pattern: '^(http|https)://.*$' }),
      provider: oneOf('aws', 'ldap'),
      secretRef: optional(localReference()),
    }),
  ),
  suspend: optional(boolean()),
  timeout: optional(shortDuration({ default: '60s' })),
};

const stsRules = [
  {
    message: "STS configuration is only supported for the 'aws' and 'generic' Bucket providers",
    rule: "self.provider == 'aws' || self.provider == 'generic' || !has(self.sts)",
  },
  {
    message: "'aws' is the only supported STS provider for the 'aws' Bucket provider",
    rule: "self.provider != 'aws' || !has(self.sts) || self.sts.provider == 'aws'",
  },
  {
    message: "'ldap' is the only supported STS provider for the 'generic' Bucket provider",
    rule: "self.provider != 'generic' || !has(self.sts) || self.sts.provider == 'ldap'",
  },
  {
    message: "spec.sts.secretRef is not required for the 'aws' STS provider",
    rule: "!has(self.sts) || self.sts.provider != 'aws' || !has(self.sts.secretRef)",
  },
  {
    message: "spec.sts.certSecretRef is not required for the 'aws' STS provider",
    rule: "!has(self.sts) || self.sts.provider != 'aws' || !has(self.sts.certSecretRef)",
  },
];

const spec = withRules(object(fields), [
  ...stsRules,
  {
    message: "ServiceAccountName is not supported for the 'generic' Bucket provider",
    rule: "self.provider != 'generic' || !has(self.serviceAccountName)",
  },
  {
    message: 'cannot set both .spec.secretRef and .spec.serviceAccountName',
    rule: '!has(self.secretRef) || !has(self.serviceAccountName)',
  },
]);

const status = object({
  artifact: optional(artifact()),
  conditions: optional(conditions()),
  lastHandledReconcileAt: optional(string()),
  observedGeneration: optional(int64()),
  observedIgnore: optional(string()),
  url: optional(string()),
});

/** With an access list that never came to be. */
const formerSpec = withRules(object({ ...fields, accessFrom: optional(accessFrom()) }), stsRules);

const upgrade = without('accessFrom');

/** A bucket whose objects are offered as an artifact (source-controller, docs/spec/v1/buckets.md). */
export const bucket = defineKind({
  group: 'source.toolkit.fluxcd.io',
  version: 'v1',
  formerVersions: [
    { name: 'v1beta2', spec: formerSpec, upgrade },
    { name: 'v1beta1', spec: formerSpec, upgrade },
  ],
  kind: 'Bucket',
  plural: 'buckets',
  singular: 'bucket',
  shortNames: [],
  categories: ['all', 'fluxcd', 'fluxcd-sources'],
  columns: [{ name: 'Endpoint', type: 'string', jsonPath: '.spec.endpoint' }, ...readyColumns],
  spec,
  status,
});

export type Bucket = ResourceOf<typeof bucket>;
