import type { Chart, Values } from '../chart/chart.ts';
import { requireSchemas, type SchemaOptions } from '../schema/validate-values.ts';
import { coalesceValues } from '../values/coalesce.ts';
import type { Warn } from '../values/merge-tables.ts';
import { requireDependencies } from './missing.ts';
import { processDependencies } from './process.ts';

export interface PrepareOptions extends SchemaOptions {
  /** Take values whatever the schemas say. */
  skipSchemaValidation?: boolean;
  /** Told of what Helm logs and goes on with. */
  warn?: Warn;
}

/** A chart and its values, ready to be rendered. */
export interface PreparedChart {
  chart: Chart;
  /** Of this release alone: templates may change them. */
  values: Values;
}

/**
 * All that Helm does between the user's values and the templates: every dependency is there, those that are switched on
 * take part, imports and defaults are merged in, schemas are met. The given chart stays as it is.
 * @throws ChartError for dependencies that are not there, ValuesError, SchemaError.
 */
export function prepareChart(chart: Chart, values: Values, options: PrepareOptions = {}): PreparedChart {
  requireDependencies(chart);
  const processed = processDependencies(chart, values, options.warn);
  const coalesced = coalesceValues(processed, values, options.warn);
  if (!options.skipSchemaValidation) requireSchemas(processed, coalesced, options);
  return { chart: processed, values: coalesced };
}
