import { defineKind, type ResourceOf } from './kind.ts';
import {
  array,
  boolean,
  conditions,
  duration,
  int64,
  localReference,
  namedObjects,
  object,
  oneOf,
  optional,
  readyColumns,
  string,
  withRules,
} from './schema-parts.ts';

const oidcProvider = object({
  audience: optional(string()),
  issuerURL: string({ pattern: '^https?://' }),
  validations: array(object({ expression: string(), message: string() }), { minItems: 1 }),
  variables: optional(array(object({ expression: string(), name: string() }))),
});

const spec = withRules(
  object({
    events: optional(array(string())),
    interval: optional(duration({ default: '10m' })),
    oidcProviders: optional(
      array(oidcProvider, {
        'x-kubernetes-list-map-keys': ['issuerURL'],
        'x-kubernetes-list-type': 'map',
      }),
    ),
    resourceFilter: optional(string()),
    resources: array(object({ ...namedObjects(), filter: optional(string()) })),
    secretRef: optional(localReference()),
    suspend: optional(boolean()),
    type: oneOf(
      'generic',
      'generic-hmac',
      'generic-oidc',
      'github',
      'gitlab',
      'bitbucket',
      'harbor',
      'dockerhub',
      'quay',
      'gcr',
      'nexus',
      'acr',
      'cdevents',
    ),
  }),
  [
    {
      message: 'generic-oidc receivers must define at least one oidcProvider',
      rule: "self.type != 'generic-oidc' || (has(self.oidcProviders) && size(self.oidcProviders) > 0)",
    },
    {
      message: 'oidcProviders can only be set when type is generic-oidc',
      rule: "self.type == 'generic-oidc' || !has(self.oidcProviders) || size(self.oidcProviders) == 0",
    },
    {
      message: 'secretRef cannot be set when type is generic-oidc',
      rule: "self.type != 'generic-oidc' || !has(self.secretRef)",
    },
    {
      message: 'secretRef is required when type is not generic-oidc',
      rule: "self.type == 'generic-oidc' || has(self.secretRef)",
    },
  ],
);

const status = object({
  conditions: optional(conditions()),
  lastHandledReconcileAt: optional(string()),
  observedGeneration: optional(int64()),
  webhookPath: optional(string()),
});

/** Whom a webhook wakes (notification-controller, docs/spec/v1/receivers.md). */
export const receiver = defineKind({
  group: 'notification.toolkit.fluxcd.io',
  version: 'v1',
  formerVersions: [
    { name: 'v1beta2', spec },
    { name: 'v1beta1', spec },
  ],
  kind: 'Receiver',
  plural: 'receivers',
  singular: 'receiver',
  shortNames: [],
  categories: ['all', 'fluxcd', 'fluxcd-notifications'],
  columns: [...readyColumns],
  spec,
  status,
});

export type Receiver = ResourceOf<typeof receiver>;
