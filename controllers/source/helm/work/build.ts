import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { type ArtifactTree, artifactTree, unpackTree, type Written } from '@millrace/artifact/files';
import {
  type Chart,
  type Dependency,
  mergeValuesFiles,
  packChart,
  readChartArchive,
  type ValuesRequest,
  valuesIn,
  withDefaults,
} from '@millrace/helm';
import type { HelmLimits } from '../limits.ts';
import { BuildError, step } from './build-error.ts';
import { loadPlace, localDependency, metadataIn, metadataOf, type Place, placeOf } from './local-chart.ts';
import { isLocal, missingDependencies } from './missing.ts';
import { inRoot } from './tree-files.ts';
import { withBuild } from './version.ts';

/** A chart in the artifact of a source. */
export interface SourceChart {
  /** The file of the artifact, a .tar.gz. */
  artifact: string;
  digest: string;
  /** spec.chart */
  chart: string;
}

/** What is known of a chart before it is packed. */
export interface Inspected {
  name: string;
  /** As it will be, with its build metadata. */
  version: string;
  /** It lies there packed, and can be taken as it is. */
  isPacked: boolean;
  /** Dependencies that come from repositories. */
  remote: Dependency[];
}

/** A chart that was written to its place. */
export interface Packed extends Written {
  /** The files that its values were merged from. */
  valuesFiles: string[];
  /** Dependencies that were added. */
  resolved: number;
}

/** What a chart in an artifact is. Throws BuildError. */
export async function inspect(
  trees: Trees,
  source: SourceChart,
  build: string,
  limits: HelmLimits,
): Promise<Inspected> {
  const tree = await trees.open(source);
  const { place, metadata } = step('InvalidChartReference', '', () => {
    if (source.chart === '') throw new Error('no path set for local chart reference');
    if (source.chart.startsWith('/'))
      throw new Error('local chart reference path is expected to be relative');
    const found = placeOf(tree, source.chart, limits);
    return { place: found, metadata: metadataOf(tree, found, limits) };
  });
  const { name } = metadata;
  const version = step('MetadataPatchError', '', () =>
    build === '' ? metadata.version : withBuild(metadata.version, build),
  );
  if (place.kind === 'archive') return { name, version, isPacked: true, remote: [] };
  return { name, version, isPacked: false, remote: remoteDependencies(tree, place, limits) };
}

/** Of a chart that cannot be loaded none: who packs it says why, after what is wrong with its values, as in Flux. */
function remoteDependencies(tree: ArtifactTree, place: Place, limits: HelmLimits): Dependency[] {
  try {
    return missingDependencies(loadPlace(tree, place, limits)).filter(one => !isLocal(one));
  } catch {
    return [];
  }
}

/** How a chart is to be packed. */
export interface PackRequest {
  version: string;
  values: ValuesRequest;
  /** The file to write. */
  to: string;
}

/**
 * Pack a chart of an artifact. Throws BuildError.
 * @param archives files of the dependencies that come from repositories, by alias or name
 */
export async function packLocal(
  trees: Trees,
  source: SourceChart,
  request: PackRequest,
  archives: Record<string, string>,
  limits: HelmLimits,
): Promise<Packed> {
  const tree = await trees.open(source);
  const place = step('InvalidChartReference', '', () => placeOf(tree, source.chart, limits));
  const merged = step('ValuesFilesError', '', () =>
    mergeValuesFiles(
      request.values,
      valuesOf(tree, limits),
      file => `'/${inRoot(file)}' (reference '${file}')`,
    ),
  );
  let chart = step('ChartPackageError', '', () => loadPlace(tree, place, limits));
  if (request.values.files.length > 0)
    chart = step('ValuesFilesError', '', () => withDefaults(chart, merged.values));
  const added = place.kind === 'folder' ? await additions(tree, source, place, chart, archives, limits) : [];
  const whole = { ...chart, dependencies: [...chart.dependencies, ...added] };
  return { ...(await write(whole, request)), valuesFiles: merged.files, resolved: added.length };
}

const valuesOf = (tree: ArtifactTree, limits: HelmLimits) => (file: string) => {
  const data = tree.read(inRoot(file));
  if (data && data.byteLength > limits.chartFile)
    throw new Error(`size of '${file}' exceeds '${limits.chartFile}' bytes limit`);
  return data && valuesIn(data, file);
};

async function additions(
  tree: ArtifactTree,
  source: SourceChart,
  place: Place & { kind: 'folder' },
  chart: Chart,
  archives: Record<string, string>,
  limits: HelmLimits,
): Promise<Chart[]> {
  const added: Chart[] = [];
  for (const dependency of missingDependencies(chart)) {
    const known = dependency.alias || dependency.name;
    const file = Object.hasOwn(archives, known) ? archives[known] : undefined;
    const bytes = file === undefined ? undefined : await readFile(file);
    const where = isLocal(dependency) ? 'local' : 'remote';
    const found = step('DependencyBuildError', `failed to add ${where} dependency '${known}'`, () => {
      if (isLocal(dependency)) return localDependency(tree, place.path, dependency, limits);
      if (!bytes) throw new Error(`it was not fetched for ${source.chart}`);
      return readChartArchive(bytes);
    });
    added.push(dependency.alias ? renamed(found, dependency.alias) : found);
  }
  return added;
}

/** A chart that is in use twice has another name each time. */
function renamed(chart: Chart, name: string): Chart {
  return { ...chart, metadata: { ...chart.metadata, name } };
}

/** Take a packed chart as it is, once it has been found to be one. Throws BuildError. */
export async function takePacked(bytes: Uint8Array, to: string, limits: HelmLimits): Promise<Packed> {
  step('ChartPullError', 'failed to validate metadata of written chart', () => metadataIn(bytes, limits));
  return { ...(await save(bytes, to)), valuesFiles: [], resolved: 0 };
}

/** Take a packed chart that lies in an artifact. Throws BuildError. */
export async function takeLocal(
  trees: Trees,
  source: SourceChart,
  to: string,
  limits: HelmLimits,
): Promise<Packed> {
  const tree = await trees.open(source);
  const place = step('InvalidChartReference', '', () => placeOf(tree, source.chart, limits));
  if (place.kind !== 'archive') throw new BuildError('ChartPullError', 'it is not packed');
  return takePacked(place.bytes, to, limits);
}

/** Pack a chart that was downloaded anew, with other values. Throws BuildError. */
export async function repack(bytes: Uint8Array, request: PackRequest): Promise<Packed> {
  const chart = step('ChartPackageError', 'failed to load downloaded chart', () => readChartArchive(bytes));
  const merged = step('ValuesFilesError', 'failed to merge chart values', () =>
    mergeValuesFiles(request.values, file => valuesInChart(chart, file)),
  );
  const whole = step('ValuesFilesError', '', () => withDefaults(chart, merged.values));
  return { ...(await write(whole, request)), valuesFiles: merged.files, resolved: 0 };
}

function valuesInChart(chart: Chart, file: string) {
  // Upward from a chart that is packed there is nothing.
  const name = posix.normalize(file);
  if (name === 'values.yaml') return chart.values;
  const found = chart.files.find(one => one.name === name);
  return found && valuesIn(found.data, file);
}

async function write(chart: Chart, { version, to }: PackRequest): Promise<Written> {
  const { bytes } = step('ChartPackageError', 'failed to package chart', () => packChart(chart, { version }));
  return save(bytes, to);
}

async function save(bytes: Uint8Array, to: string): Promise<Written> {
  await writeFile(to, bytes, { flag: 'wx', mode: 0o600, flush: true });
  return { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, size: bytes.byteLength };
}

/** The artifact that was unpacked last: charts of one repository are built one after the other. */
export class Trees {
  #last: { digest: string; tree: ArtifactTree } | undefined;

  async open({ artifact, digest }: SourceChart): Promise<ArtifactTree> {
    if (this.#last?.digest === digest) return this.#last.tree;
    const tree = artifactTree(await unpackTree(await readFile(artifact)));
    this.#last = { digest, tree };
    return tree;
  }
}
