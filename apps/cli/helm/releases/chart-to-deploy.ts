import { type Chart, ChartError, requireDependencies } from '@millrace/helm';
import { HelmCommandError } from '../helm-error.ts';
import type { DeployFlags } from './deploy-flags.ts';
import { locateChart } from './locate-chart.ts';

/** The chart, if it can be installed. Throws HelmCommandError. */
export async function chartToDeploy(
  reference: string,
  flags: DeployFlags,
  warn: (message: string) => void,
  signal: AbortSignal,
): Promise<Chart> {
  const chart = await locateChart(reference, { flags, warn, signal });
  const { type, deprecated } = chart.metadata;
  if (type && type !== 'application') throw new HelmCommandError(`${type} charts are not installable`);
  if (deprecated) warn('this chart is deprecated');
  try {
    requireDependencies(chart);
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    throw new HelmCommandError(
      `an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: ${error.message}`,
      { cause: error },
    );
  }
  return chart;
}
