import type { JsonObject } from '@millrace/json';
import { without } from './former-version.ts';
import { defineKind, type ResourceOf } from './kind.ts';
import { oneListOfValuesFiles } from './moved-fields.ts';
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
  string,
  withRules,
} from './schema-parts.ts';

const fields = {
  chart: string(),
  ignoreMissingValuesFiles: optional(boolean()),
  interval: duration(),
  reconcileStrategy: optional({ ...oneOf('ChartVersion', 'Revision'), default: 'ChartVersion' }),
  sourceRef: object({
    apiVersion: optional(string()),
    kind: oneOf('HelmRepository', 'GitRepository', 'Bucket'),
    name: string(),
  }),
  suspend: optional(boolean()),
  valuesFiles: optional(array(string())),
  verify: optional(
    object({
      matchOIDCIdentity: optional(array(object({ issuer: string(), subject: string() }))),
      provider: { ...oneOf('cosign', 'notation'), default: 'cosign' },
      secretRef: optional(localReference()),
    }),
  ),
  version: optional(string({ default: '*' })),
};

const spec = withRules(object(fields), [
  {
    message: "spec.verify is only supported when spec.sourceRef.kind is 'HelmRepository'",
    rule: "!has(self.verify) || self.sourceRef.kind == 'HelmRepository'",
  },
]);

const status = object({
  artifact: optional(artifact()),
  conditions: optional(conditions()),
  lastHandledReconcileAt: optional(string()),
  observedChartName: optional(string()),
  observedGeneration: optional(int64()),
  observedSourceArtifactRevision: optional(string()),
  observedValuesFiles: optional(array(string())),
  url: optional(string()),
});

/** With an access list that never came to be, and one file of values that goes before the others. */
const formerSpec = object({ ...fields, accessFrom: optional(accessFrom()), valuesFile: optional(string()) });

const upgrade = (former: JsonObject): JsonObject => without('accessFrom')(oneListOfValuesFiles(former));

const column = (name: string, jsonPath: string) => ({ name, type: 'string' as const, jsonPath });

/** A Helm chart as an artifact (source-controller, docs/spec/v1/helmcharts.md). */
export const helmChart = defineKind({
  group: 'source.toolkit.fluxcd.io',
  version: 'v1',
  formerVersions: [
    { name: 'v1beta2', spec: formerSpec, upgrade },
    { name: 'v1beta1', spec: formerSpec, upgrade },
  ],
  kind: 'HelmChart',
  plural: 'helmcharts',
  singular: 'helmchart',
  shortNames: ['hc'],
  categories: ['all', 'fluxcd', 'fluxcd-sources'],
  columns: [
    column('Chart', '.spec.chart'),
    column('Version', '.spec.version'),
    column('Source Kind', '.spec.sourceRef.kind'),
    column('Source Name', '.spec.sourceRef.name'),
    ...readyColumns,
  ],
  spec,
  status,
});

export type HelmChart = ResourceOf<typeof helmChart>;
