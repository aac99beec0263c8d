import { defineKind, type ResourceOf } from './kind.ts';
import { artifact, conditions, object, optional, readyColumns, string } from './schema-parts.ts';

const spec = object({
  sourceRef: optional(
    object({
      apiVersion: optional(string()),
      kind: string(),
      name: string(),
      namespace: optional(string()),
    }),
  ),
});

const status = object({ artifact: optional(artifact()), conditions: optional(conditions()) });

/** An artifact that another controller offers (source-controller, docs/spec/v1/externalartifacts.md). */
export const externalArtifact = defineKind({
  group: 'source.toolkit.fluxcd.io',
  version: 'v1',
  formerVersions: [],
  kind: 'ExternalArtifact',
  plural: 'externalartifacts',
  singular: 'externalartifact',
  shortNames: ['ea'],
  categories: ['all', 'fluxcd', 'fluxcd-sources'],
  columns: [...readyColumns, { name: 'Source', type: 'string', jsonPath: '.spec.sourceRef.name' }],
  spec,
  status,
});

export type ExternalArtifact = ResourceOf<typeof externalArtifact>;
