import { defineKind, type ResourceOf } from './kind.ts';
import {
  ageColumn,
  boolean,
  duration,
  localReference,
  object,
  oneOf,
  optional,
  shortDuration,
  string,
  withRules,
} from './schema-parts.ts';

const spec = withRules(
  object({
    address: optional(string({ maxLength: 2048 })),
    certSecretRef: optional(localReference()),
    channel: optional(string({ maxLength: 2048 })),
    commitStatusExpr: optional(string()),
    interval: optional(duration()),
    proxy: optional(string({ maxLength: 2048, pattern: '^(http|https)://.*$' })),
    proxySecretRef: optional(localReference()),
    secretRef: optional(localReference()),
    serviceAccountName: optional(string()),
    suspend: optional(boolean()),
    timeout: optional(shortDuration()),
    type: oneOf(
      'slack',
      'discord',
      'msteams',
      'rocket',
      'generic',
      'generic-hmac',
      'github',
      'gitlab',
      'gitea',
      'giteapullrequestcomment',
      'bitbucketserver',
      'bitbucket',
      'azuredevops',
      'googlechat',
      'googlepubsub',
      'webex',
      'sentry',
      'azureeventhub',
      'telegram',
      'lark',
      'matrix',
      'opsgenie',
      'alertmanager',
      'grafana',
      'githubdispatch',
      'githubpullrequestcomment',
      'gitlabmergerequestcomment',
      'pagerduty',
      'datadog',
      'nats',
      'zulip',
      'otel',
    ),
    username: optional(string({ maxLength: 2048 })),
  }),
  [
    {
      message:
        "spec.commitStatusExpr is only supported for the 'github', 'gitlab', 'gitea', 'bitbucketserver', 'bitbucket', 'azuredevops' provider types",
      rule: "self.type == 'github' || self.type == 'gitlab' || self.type == 'gitea' || self.type == 'bitbucketserver' || self.type == 'bitbucket' || self.type == 'azuredevops' || !has(self.commitStatusExpr)",
    },
  ],
);

/** Where notifications go (notification-controller, docs/spec/v1beta3/providers.md). */
export const provider = defineKind({
  group: 'notification.toolkit.fluxcd.io',
  version: 'v1beta3',
  formerVersions: [
    { name: 'v1beta2', spec },
    { name: 'v1beta1', spec },
  ],
  kind: 'Provider',
  plural: 'providers',
  singular: 'provider',
  shortNames: [],
  categories: ['all', 'fluxcd', 'fluxcd-notifications'],
  columns: [ageColumn],
  spec,
  status: object({}),
});

export type Provider = ResourceOf<typeof provider>;
