import type { Static } from 'typebox';
import { defineKind, type ResourceOf } from './kind.ts';
import {
  boolean,
  conditions,
  duration,
  imageReference,
  int64,
  object,
  oneOf,
  optional,
  readyColumns,
  string,
  withRules,
} from './schema-parts.ts';

const order = () => object({ order: optional({ ...oneOf('asc', 'desc'), default: 'asc' }) });

const fields = object({
  digestReflectionPolicy: optional({ ...oneOf('Always', 'IfNotPresent', 'Never'), default: 'Never' }),
  filterTags: optional(object({ extract: optional(string()), pattern: optional(string()) })),
  imageRepositoryRef: object({ name: string(), namespace: optional(string()) }),
  interval: optional(duration()),
  policy: object({
    alphabetical: optional(order()),
    numerical: optional(order()),
    semver: optional(object({ range: string() })),
  }),
  suspend: optional(boolean()),
});

const spec = withRules(fields, [
  {
    message: "spec.interval is only accepted when spec.digestReflectionPolicy is set to 'Always'",
    rule: "!has(self.interval) || (has(self.digestReflectionPolicy) && self.digestReflectionPolicy == 'Always')",
  },
  {
    message: "spec.interval must be set when spec.digestReflectionPolicy is set to 'Always'",
    rule: "has(self.interval) || !has(self.digestReflectionPolicy) || self.digestReflectionPolicy != 'Always'",
  },
]);

const status = object({
  conditions: optional(conditions()),
  lastHandledReconcileAt: optional(string()),
  latestRef: optional(imageReference()),
  observedGeneration: optional(int64()),
  observedPreviousRef: optional(imageReference()),
});

const [age, ready, said] = readyColumns;

/** Which tag of an image is the latest (image-reflector-controller, docs/spec/v1/imagepolicies.md). */
export const imagePolicy = defineKind({
  group: 'image.toolkit.fluxcd.io',
  version: 'v1',
  formerVersions: [
    { name: 'v1beta2', spec },
    { name: 'v1beta1', spec },
  ],
  kind: 'ImagePolicy',
  plural: 'imagepolicies',
  singular: 'imagepolicy',
  shortNames: ['imgpol', 'imagepol'],
  categories: ['all', 'fluxcd', 'fluxcd-images'],
  columns: [
    { name: 'Image', type: 'string', jsonPath: '.status.latestRef.name' },
    { name: 'Tag', type: 'string', jsonPath: '.status.latestRef.tag' },
    ready!,
    said!,
    age!,
  ],
  spec,
  status,
});

export type ImagePolicy = ResourceOf<typeof imagePolicy>;
/** An image by its name and tag, and its digest where that is followed too. */
export type ImageReference = Static<ReturnType<typeof imageReference>>;
