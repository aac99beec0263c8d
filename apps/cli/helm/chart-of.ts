import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { Chart } from '@millrace/helm';
import { readChart } from './read-chart.ts';
import type { ChartFlags } from './releases/chart-flags.ts';

/**
 * The chart that is meant, wherever it is. What lies on the disk is read without what it takes to ask others, which is
 * loaded when it is needed. Throws HelmCommandError.
 */
export async function chartOf(
  given: string,
  flags: ChartFlags,
  warn: (message: string) => void,
): Promise<Chart> {
  const name = given.trim();
  const isHere = existsSync(name) || isAbsolute(name) || name.startsWith('.');
  if (flags.repo === undefined && isHere) return readChart(name, warn);
  const { locateChart } = await import('./releases/locate-chart.ts');
  const { signal } = new AbortController();
  return locateChart(name, { flags, warn, signal });
}
