import { createHash } from 'node:crypto';
import { type Dirent, existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  ChartError,
  type ChartFile,
  type ChartVersion,
  indexFileJson,
  loadChartFolder,
  packChart,
  readChartArchive,
  requireDependencies,
} from '@millrace/helm';
import type { HelmLimits } from '../limits.ts';
import { requireSize } from './local-chart.ts';

/**
 * The index of a folder of this machine in place of a repository: packed charts (.tgz), folders of charts, or one such
 * folder itself. Throws ChartError that names what is no chart.
 */
export function indexOfFolder(folder: string, limits: HelmLimits): string {
  const entries = new Map<string, ChartVersion[]>();
  for (const name of placesIn(folder)) {
    const bytes = archiveIn(folder, name, limits);
    const digest = createHash('sha256').update(bytes).digest('hex');
    const { metadata } = readChartArchive(bytes);
    const version = { ...metadata, urls: [encodeURIComponent(name)], digest };
    entries.set(metadata.name, [...(entries.get(metadata.name) ?? []), version]);
  }
  return indexFileJson({ apiVersion: 'v1', entries });
}

/** The archive of a chart that such an index names. Throws ChartError. */
export function archiveIn(folder: string, name: string, limits: HelmLimits): Uint8Array {
  try {
    if (name === '..' || (name !== '.' && basename(name) !== name))
      throw new Error('it is no name of a chart in the folder');
    const path = join(folder, name);
    if (lstatSync(path).isDirectory()) return packFolder(path, limits);
    const bytes = readFileSync(path);
    requireSize(bytes, limits.chart, 'chart');
    return bytes;
  } catch (cause) {
    throw new ChartError(`${join(folder, name)}: ${(cause as Error).message}`, { cause });
  }
}

function packFolder(path: string, limits: HelmLimits): Uint8Array {
  const chart = loadChartFolder(filesOf(path, limits));
  requireDependencies(chart);
  return packChart(chart).bytes;
}

/** What is a chart by its looks. */
function placesIn(folder: string): string[] {
  if (existsSync(join(folder, 'Chart.yaml'))) return ['.'];
  let found: Dirent[];
  try {
    found = readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw new ChartError(`the folder ${folder} cannot be read: ${(cause as Error).message}`, { cause });
  }
  const isChart = (entry: Dirent) =>
    entry.isDirectory()
      ? existsSync(join(folder, entry.name, 'Chart.yaml'))
      : entry.isFile() && entry.name.endsWith('.tgz');
  return found
    .filter(isChart)
    .map(({ name }) => name)
    .sort();
}

/** Of one chart. */
const most = { files: 10_000, depth: 50 };

/** The files of a chart's folder; links are left out. */
function filesOf(root: string, limits: HelmLimits): ChartFile[] {
  const files: ChartFile[] = [];
  const walk = (below: string, depth: number) => {
    for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() && depth < most.depth) walk(name, depth + 1);
      if (!entry.isFile()) continue;
      const data = readFileSync(join(root, name));
      requireSize(data, limits.chartFile, `'${name}'`);
      files.push({ name, data });
      if (files.length > most.files) throw new Error(`it has more than ${most.files} files`);
    }
  };
  walk('', 0);
  return files;
}
