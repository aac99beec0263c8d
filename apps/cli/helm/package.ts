import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ChartError, packChart, requireDependencies } from '@millrace/helm';
import { HelmCommandError } from './helm-error.ts';
import { readChart } from './read-chart.ts';

/** The flags of `helm package`. */
export interface HelmPackageOptions {
  appVersion?: string;
  destination: string;
  version?: string;
}

/** `helm package PATH...`: writes an archive of each chart and says where. Throws HelmCommandError. */
export function helmPackage(
  paths: readonly string[],
  options: HelmPackageOptions,
  warn: (message: string) => void,
): string {
  return paths
    .map(path => `Successfully packaged chart and saved it to: ${pack(path, options, warn)}\n`)
    .join('');
}

function pack(path: string, options: HelmPackageOptions, warn: (message: string) => void): string {
  const { appVersion, version } = options;
  try {
    const chart = readChart(path, warn);
    requireDependencies(chart);
    const modified = process.env.SOURCE_DATE_EPOCH;
    const { name, bytes } = packChart(chart, {
      ...(version !== undefined && { version }),
      ...(appVersion !== undefined && { appVersion }),
      modified: modified ? Number(modified) : Math.floor(Date.now() / 1000),
    });
    const folder = resolve(options.destination);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  } catch (error) {
    throw error instanceof ChartError ? new HelmCommandError(error.message, { cause: error }) : error;
  }
}
