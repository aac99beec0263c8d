import type { Chart, Values } from '../chart/chart.ts';
import type { Warn } from '../values/merge-tables.ts';
import { enabledTree } from './enabled.ts';
import { withImports } from './import-values.ts';

/**
 * The tree of charts that a release of these values is made of: what is switched off is gone, aliases are names,
 * imported values are defaults. The given chart stays as it is.
 * @throws ValuesError where the values of a subchart are no table. Rule: ProcessDependencies of Helm 4.
 */
export function processDependencies(chart: Chart, values: Values, warn: Warn = () => {}): Chart {
  return withImports(enabledTree(chart, values, warn), warn);
}
