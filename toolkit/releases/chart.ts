import type {
  Capabilities,
  CustomResourceFile,
  Hook,
  Metadata,
  ReleaseOptions,
  StoredChart,
  Values,
} from '@millrace/helm';
import type { JsonObject } from '@millrace/json';

/** A chart that a release is made of. Where it is rendered (here, in a thread) is its own business. */
export interface ReleaseChart {
  metadata: Metadata;
  /** Those of the chart and of the subcharts that the values switch on. */
  crds(values: Values): Promise<CustomResourceFile[]>;
  render(request: RenderRequest): Promise<RenderOutcome>;
}

export interface RenderRequest {
  values: Values;
  /** In place of the chart's own. */
  defaults?: Values;
  release: Required<ReleaseOptions>;
  capabilities: Capabilities;
  /** What `lookup` finds. What it asks for beside that, it is told is not there. */
  lookups: Lookups;
  skipSchemaValidation?: boolean;
}

/** A question of `lookup`. */
export interface LookedUp {
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
}

/** By lookupKey. */
export type Lookups = ReadonlyMap<string, { found: JsonObject } | { problem: string }>;

export function lookupKey({ apiVersion, kind, namespace, name }: LookedUp): string {
  return JSON.stringify([apiVersion, kind, namespace, name]);
}

/** What came of it, and what `lookup` asked for in vain: while there is any, the rest is not to be relied on. */
export interface RenderOutcome {
  wanted: LookedUp[];
  result: { rendered: Rendered } | { problem: Error };
}

/** What a release of a chart consists of. */
export interface Rendered {
  chart: StoredChart;
  hooks: Hook[];
  manifest: string;
  notes: string;
}
