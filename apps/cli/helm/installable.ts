import { type Chart, ChartError, requireDependencies } from '@millrace/helm';
import { HelmCommandError } from './helm-error.ts';

/** Throws HelmCommandError for a chart that cannot be installed. `warn` is told of one that should not be any more. */
export function requireInstallable(chart: Chart, warn: (message: string) => void): void {
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
}
