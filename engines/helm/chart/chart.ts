import type { Value } from '@millrace/go-template';

/**
 * Values of a chart, in the template engine's model of Go values: a number is a float64 (what YAML and JSON give), a
 * bigint an int64 (what `--set` gives), null a key that is there and nil.
 */
export type Values = { [key: string]: Value };

/** A file of a chart; its name is relative to the chart's root, with forward slashes. */
export interface ChartFile {
  name: string;
  data: Uint8Array;
  /** When it was changed, as the archive says it; RFC 3339. */
  modTime?: string;
}

/**
 * A chart in memory, plain data that may go to a worker. Nothing that takes a chart changes it.
 *
 * Rule: https://helm.sh/docs/topics/charts/
 */
export interface Chart {
  metadata: Metadata;
  lock?: Lock;
  /** Every file as it was read, for those who show them. */
  raw: ChartFile[];
  /** What is under `templates/`. */
  templates: ChartFile[];
  /** What is none of the others: README.md, crds/ and so on. */
  files: ChartFile[];
  /** Default values. */
  values: Values;
  /** The text of values.schema.json. */
  schema?: Uint8Array;
  /** The charts under `charts/`. */
  dependencies: Chart[];
}

/** Chart.yaml, its fields as they are written there; those that are not written are missing. */
export interface Metadata {
  name: string;
  home?: string;
  sources?: string[];
  version: string;
  description?: string;
  keywords?: string[];
  maintainers?: Maintainer[];
  icon?: string;
  apiVersion: string;
  condition?: string;
  tags?: string;
  appVersion?: string;
  deprecated?: boolean;
  annotations?: { [key: string]: string };
  kubeVersion?: string;
  dependencies?: Dependency[];
  type?: string;
}

/** Who looks after a chart. */
export interface Maintainer {
  name?: string;
  email?: string;
  url?: string;
}

/** A chart that another needs, as Chart.yaml (or requirements.yaml) names it. */
export interface Dependency {
  name: string;
  /** A version or a range of versions. */
  version?: string;
  repository: string;
  /** Comma-separated paths of values, of which the first boolean enables the chart. */
  condition?: string;
  tags?: string[];
  enabled?: boolean;
  'import-values'?: Value[];
  alias?: string;
}

/** Chart.lock: the versions to which the dependencies were resolved. */
export interface Lock {
  /** RFC 3339. */
  generated: string;
  digest: string;
  dependencies: Dependency[];
}
