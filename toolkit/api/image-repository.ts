import { defineKind, type ResourceOf } from './kind.ts';
import {
  accessFrom,
  array,
  boolean,
  conditions,
  duration,
  int64,
  integer,
  localReference,
  object,
  oneOf,
  optional,
  readyColumns,
  shortDuration,
  string,
  time,
} from './schema-parts.ts';

const spec = object({
  accessFrom: optional(accessFrom()),
  certSecretRef: optional(localReference()),
  exclusionList: optional(array(string(), { default: ['^.*\\.sig$'], maxItems: 25 })),
  image: string(),
  insecure: optional(boolean()),
  interval: duration(),
  provider: optional({ ...oneOf('generic', 'aws', 'azure', 'gcp'), default: 'generic' }),
  proxySecretRef: optional(localReference()),
  secretRef: optional(localReference()),
  serviceAccountName: optional(string({ maxLength: 253 })),
  suspend: optional(boolean()),
  timeout: optional(shortDuration()),
});

const status = object({
  canonicalImageName: optional(string()),
  conditions: optional(conditions()),
  lastHandledReconcileAt: optional(string()),
  lastScanResult: optional(
    object({
      latestTags: optional(array(string())),
      revision: optional(string()),
      scanTime: optional(time()),
      tagCount: integer(),
    }),
  ),
  observedExclusionList: optional(array(string())),
  observedGeneration: optional(int64()),
});

const [age, ready, said] = readyColumns;

/** An image whose tags are looked at (image-reflector-controller, docs/spec/v1/imagerepositories.md). */
export const imageRepository = defineKind({
  group: 'image.toolkit.fluxcd.io',
  version: 'v1',
  formerVersions: [
    { name: 'v1beta2', spec },
    { name: 'v1beta1', spec },
  ],
  kind: 'ImageRepository',
  plural: 'imagerepositories',
  singular: 'imagerepository',
  shortNames: ['imgrepo', 'imagerepo'],
  categories: ['all', 'fluxcd', 'fluxcd-images'],
  columns: [
    { name: 'Image', type: 'string', jsonPath: '.spec.image' },
    { name: 'Tags', type: 'string', jsonPath: '.status.lastScanResult.tagCount' },
    ready!,
    said!,
    { name: 'Last scan', type: 'string', jsonPath: '.status.lastScanResult.scanTime', priority: 1 },
    age!,
  ],
  spec,
  status,
});

export type ImageRepository = ResourceOf<typeof imageRepository>;
