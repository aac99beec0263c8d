import { posix } from 'node:path';
import type { ArtifactTree } from '@millrace/artifact/files';
import {
  type Chart,
  type Dependency,
  loadChart,
  loadChartFolder,
  type Metadata,
  readArchiveFiles,
  readChartArchive,
} from '@millrace/helm';
import { parseConstraint, parseVersion } from '@millrace/semver';
import type { HelmLimits } from '../limits.ts';
import { chartFilesIn, inRoot } from './tree-files.ts';

/** Where a chart lies in an artifact: in a folder, or packed. */
export type Place = { kind: 'folder'; path: string } | { kind: 'archive'; bytes: Uint8Array };

/** Throws an error where there is no chart. */
export function placeOf(tree: ArtifactTree, chart: string, limits: HelmLimits): Place {
  const path = inRoot(chart);
  const bytes = tree.read(path);
  if (bytes) {
    requireSize(bytes, limits.chart, `chart '${posix.basename(path)}'`);
    return { kind: 'archive', bytes };
  }
  if (tree.list(path)) return { kind: 'folder', path };
  throw new Error(`no chart found at '/${path}' of the artifact`);
}

export function requireSize(bytes: Uint8Array, limit: number, what: string): void {
  if (bytes.byteLength > limit) throw new Error(`size of ${what} exceeds '${limit}' bytes limit`);
}

const metadataFiles = ['Chart.yaml', 'requirements.yaml'];

/** What Chart.yaml says, nothing else of the chart being looked at. Throws ChartError, and an error for large files. */
export function metadataOf(tree: ArtifactTree, place: Place, limits: HelmLimits): Metadata {
  if (place.kind === 'archive') return metadataIn(place.bytes, limits);
  const files = metadataFiles.flatMap(name => {
    const data = tree.read(posix.join(place.path, name));
    return data ? [{ name, data }] : [];
  });
  return metadataAmong(files, limits);
}

/** The same of an archive. */
export function metadataIn(archive: Uint8Array, limits: HelmLimits): Metadata {
  requireSize(archive, limits.chart, 'chart');
  return metadataAmong(readArchiveFiles(archive), limits);
}

function metadataAmong(files: { name: string; data: Uint8Array }[], limits: HelmLimits): Metadata {
  const found = files.filter(({ name }) => metadataFiles.includes(name));
  for (const { name, data } of found) requireSize(data, limits.chartFile, `'${name}'`);
  if (!found.some(({ name }) => name === 'Chart.yaml')) throw new Error("no 'Chart.yaml' found");
  return loadChart(found).metadata;
}

/** Throws ChartError, and an error for a file that is too large. */
export function loadPlace(tree: ArtifactTree, place: Place, limits: HelmLimits): Chart {
  if (place.kind === 'archive') return readChartArchive(place.bytes);
  return loadChartFolder(chartFilesIn(tree, place.path, limits.chartFile));
}

/** A dependency that lies in the same artifact. Throws an error where it does not, or is of another version. */
export function localDependency(
  tree: ArtifactTree,
  chart: string,
  dependency: Dependency,
  limits: HelmLimits,
): Chart {
  const { repository, name, version = '' } = dependency;
  const below = repository === '' ? posix.join('charts', name) : repository.slice('file://'.length);
  const path = inRoot(posix.join(inRoot(chart), below));
  if (tree.resolve(path) === undefined)
    throw new Error(`no chart found at '/${path}' (reference '${repository}')`);
  const meets = parseConstraint(version);
  const found = loadPlace(tree, placeOf(tree, path, limits), limits);
  const parsed = parseVersion(found.metadata.version);
  if (!parsed || !meets(parsed)) throw new Error(`can't get a valid version for constraint '${version}'`);
  return found;
}
