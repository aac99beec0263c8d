import { defineKind, type ResourceOf } from './kind.ts';
import {
  ageColumn,
  array,
  boolean,
  localReference,
  namedObjects,
  object,
  oneOf,
  optional,
  string,
  stringMap,
} from './schema-parts.ts';

const spec = object({
  eventMetadata: optional(stringMap()),
  eventSeverity: optional({ ...oneOf('info', 'error'), default: 'info' }),
  eventSources: array(object(namedObjects())),
  exclusionList: optional(array(string())),
  inclusionList: optional(array(string())),
  providerRef: localReference(),
  summary: optional(string({ maxLength: 255 })),
  suspend: optional(boolean()),
});

/** Which events go to a provider (notification-controller, docs/spec/v1beta3/alerts.md). */
export const alert = defineKind({
  group: 'notification.toolkit.fluxcd.io',
  version: 'v1beta3',
  formerVersions: [
    { name: 'v1beta2', spec },
    { name: 'v1beta1', spec },
  ],
  kind: 'Alert',
  plural: 'alerts',
  singular: 'alert',
  shortNames: [],
  categories: ['all', 'fluxcd', 'fluxcd-notifications'],
  columns: [ageColumn],
  spec,
  status: object({}),
});

export type Alert = ResourceOf<typeof alert>;
