import { defineKind, type ResourceOf } from './kind.ts';
import {
  array,
  boolean,
  conditions,
  duration,
  imageReference,
  int64,
  localReference,
  mapOf,
  object,
  oneOf,
  optional,
  readyColumns,
  string,
  stringMap,
  time,
} from './schema-parts.ts';

const atomicList = { 'x-kubernetes-list-type': 'atomic' };

const labelSelector = object(
  {
    matchExpressions: optional(
      array(
        object({ key: string(), operator: string(), values: optional(array(string(), atomicList)) }),
        atomicList,
      ),
    ),
    matchLabels: optional(stringMap()),
  },
  { 'x-kubernetes-map-type': 'atomic' },
);

const reference = object({
  branch: optional(string()),
  commit: optional(string()),
  name: optional(string()),
  semver: optional(string()),
  tag: optional(string()),
});

const git = object({
  checkout: optional(object({ ref: reference })),
  commit: object({
    author: object({ email: string(), name: optional(string()) }),
    messageTemplate: optional(string()),
    messageTemplateValues: optional(stringMap()),
    signingKey: optional(object({ secretRef: localReference(), type: optional(oneOf('gpg', 'ssh')) })),
  }),
  push: optional(
    object({
      branch: optional(string()),
      options: optional(stringMap()),
      refspec: optional(string({ pattern: '^$|^[^+:]' })),
    }),
  ),
});

const spec = object({
  git: optional(git),
  interval: duration(),
  policySelector: optional(labelSelector),
  sourceRef: object({
    apiVersion: optional(string()),
    kind: { ...oneOf('GitRepository'), default: 'GitRepository' },
    name: string(),
    namespace: optional(string()),
  }),
  suspend: optional(boolean()),
  update: optional(
    object(
      { path: optional(string()), strategy: optional({ ...oneOf('Setters'), default: 'Setters' }) },
      { default: { strategy: 'Setters' } },
    ),
  ),
});

const status = object({
  conditions: optional(conditions()),
  lastAutomationRunTime: optional(time()),
  lastHandledReconcileAt: optional(string()),
  lastPushCommit: optional(string()),
  lastPushTime: optional(time()),
  observedGeneration: optional(int64()),
  observedPolicies: optional(mapOf(imageReference())),
  observedSourceRevision: optional(string()),
});

const [age, ready, said] = readyColumns;

/** Latest images as commits (image-automation-controller, docs/spec/v1/imageupdateautomations.md). */
export const imageUpdateAutomation = defineKind({
  group: 'image.toolkit.fluxcd.io',
  version: 'v1',
  formerVersions: [
    { name: 'v1beta2', spec },
    { name: 'v1beta1', spec },
  ],
  kind: 'ImageUpdateAutomation',
  plural: 'imageupdateautomations',
  singular: 'imageupdateautomation',
  shortNames: ['iua', 'imgupd', 'imgauto'],
  categories: ['all', 'fluxcd', 'fluxcd-images'],
  columns: [
    ready!,
    said!,
    { name: 'Last run', type: 'string', jsonPath: '.status.lastAutomationRunTime', priority: 1 },
    age!,
  ],
  spec,
  status,
});

export type ImageUpdateAutomation = ResourceOf<typeof imageUpdateAutomation>;
