import type { Chart } from '../chart/chart.ts';
import { ChartError } from '../chart/chart-error.ts';

/**
 * Every chart that Chart.yaml names must be in charts/.
 * @throws ChartError that names those that are not. Rule: CheckDependencies of Helm, before anything is enabled.
 */
export function requireDependencies(chart: Chart): void {
  const there = new Set(chart.dependencies.map(({ metadata }) => metadata.name));
  const missing = (chart.metadata.dependencies ?? []).filter(({ name }) => !there.has(name));
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(', ');
  throw new ChartError(`found in Chart.yaml, but missing in charts/ directory: ${names}`);
}
