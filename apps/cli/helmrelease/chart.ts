import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Artifact, HelmRelease } from '@millrace/api';
import { type ArtifactTree, artifactTree, downloadArtifact, unpackTree } from '@millrace/artifact';
import {
  type Chart,
  loadChartFolder,
  mergeValuesFiles,
  readChartArchive,
  valuesIn,
  withDefaults,
} from '@millrace/helm';
import { chartKeyOf, chartRevisionOf, sourceOf } from '@millrace/helm-controller';
import { isObject } from '@millrace/json';
import type { KubeObject } from '@millrace/kube';
import { chartFilesIn, inRoot } from '@millrace/source-controller';
import { CliError } from '../cli-error.ts';
import { readChart } from '../helm/read-chart.ts';
import type { ChartFlags } from '../helm/releases/chart-flags.ts';
import { locateChart } from '../helm/releases/locate-chart.ts';
import type { Find, PreviewFlags, PreviewPlace } from './preview-place.ts';

type Place = PreviewPlace & { find: Find };
type Template = NonNullable<HelmRelease['spec']['chart']>['spec'];

const apiVersion = 'source.toolkit.fluxcd.io/v1';
/** Bytes of one file of a chart, as --helm-chart-file-max-size has it. */
const largestFile = 5 * 1024 * 1024;

const helpful = 'name the chart by --chart, or where its source lies here by --local-sources';

/** The chart that a HelmRelease would be made of. Throws CliError where it cannot be had. */
export async function chartFor(hr: HelmRelease, flags: PreviewFlags, on: Place): Promise<Chart> {
  const { signal, warn } = on;
  const template = hr.spec.chart?.spec;
  if (flags.chart !== undefined) {
    const chart = await locateChart(flags.chart, { flags: versionOf(template), warn, signal });
    return template ? withValuesFiles(chart, template, filesOf(chart)) : chart;
  }
  const local = localSources(flags.localSources ?? []);
  if (template) {
    const { kind, name, namespace = hr.metadata.namespace } = template.sourceRef;
    const folder = local.get(`${kind}/${namespace}/${name}`);
    if (folder !== undefined) return fromFolder(folder, kind, template, on);
    return fromSource(hr, template, on);
  }
  const { kind, key } = sourceOf(hr);
  const folder = local.get(`${kind}/${key}`);
  if (folder !== undefined) return readChart(folder, warn);
  const [namespace = '', name = ''] = key.split('/');
  const source = await on.find({ apiVersion, kind, namespace, name });
  const artifact = artifactOf(source);
  if (!artifact) throw new CliError(`${kind} ${key} has no artifact: ${helpful}`);
  const chart = readChartArchive(await download(artifact, signal));
  const { version } = chartRevisionOf(hr, artifact, chart.metadata.version, true);
  return { ...chart, metadata: { ...chart.metadata, version } };
}

const versionOf = (template: Template | undefined): ChartFlags =>
  template?.version && template.version !== '*' ? { version: template.version } : {};

function localSources(texts: string[]): Map<string, string> {
  const sources = new Map<string, string>();
  for (const text of texts) {
    const [, source, folder] = /^([^/=]+\/[^/=]+\/[^/=]+)=(.+)$/.exec(text) ?? [];
    if (source === undefined || folder === undefined)
      throw new CliError(`--local-sources ${text}: it has to be KIND/NAMESPACE/NAME=FOLDER`);
    if (!existsSync(folder)) throw new CliError(`--local-sources ${text}: ${folder} does not exist`);
    sources.set(source, folder);
  }
  return sources;
}

/** A source that lies here: a repository of files, or one of charts. */
function fromFolder(folder: string, kind: string, template: Template, { warn }: Place): Chart {
  const place = join(folder, template.chart);
  const path = kind === 'HelmRepository' && !existsSync(place) ? archiveIn(folder, template) : place;
  const chart = readChart(path, warn);
  const read = kind === 'HelmRepository' ? filesOf(chart) : fileReader(folder);
  return withValuesFiles(chart, template, read);
}

function archiveIn(folder: string, { chart, version }: Template): string {
  const path = join(folder, `${chart}-${version}.tgz`);
  if (existsSync(path)) return path;
  throw new CliError(`${folder} has neither ${chart} nor ${chart}-${version}.tgz`);
}

type ReadFile = (path: string) => Uint8Array | undefined;

const fileReader =
  (root: string): ReadFile =>
  path => {
    // Paths are those of the repository: none leads out of it.
    const file = join(root, posix.normalize(`/${path}`));
    return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined;
  };

function filesOf(chart: Chart): ReadFile {
  return path => chart.raw.find(({ name }) => name === posix.normalize(path))?.data;
}

/** As source-controller merges them. */
function withValuesFiles(chart: Chart, template: Template, read: ReadFile): Chart {
  const files = template.valuesFiles ?? [];
  if (files.length === 0 || (files.length === 1 && posix.normalize(files[0]!) === 'values.yaml'))
    return chart;
  const ignoreMissing = template.ignoreMissingValuesFiles ?? false;
  const { values } = mergeValuesFiles({ files, ignoreMissing }, file => {
    const data = read(file);
    return data && valuesIn(data, file);
  });
  return withDefaults(chart, values);
}

/** From the HelmChart that the cluster has, where it is of this template; else from the source itself. */
async function fromSource(hr: HelmRelease, template: Template, on: Place): Promise<Chart> {
  const { signal, find } = on;
  const [namespace = '', name = ''] = chartKeyOf(hr).split('/');
  const helmChart = await find({ apiVersion, kind: 'HelmChart', namespace, name });
  const artifact = isOf(template, helmChart) ? artifactOf(helmChart) : undefined;
  if (artifact) return readChartArchive(await download(artifact, signal));
  const { kind } = template.sourceRef;
  const source = await find({ apiVersion, kind, namespace, name: template.sourceRef.name });
  if (!source) throw new CliError(`${kind} ${namespace}/${template.sourceRef.name} not found: ${helpful}`);
  if (kind === 'HelmRepository') return fromRepository(source, template, on);
  const files = artifactOf(source);
  if (!files) throw new CliError(`${kind} ${namespace}/${source.metadata.name} has no artifact: ${helpful}`);
  return fromTree(artifactTree(await unpackTree(await download(files, signal))), template, on);
}

function fromTree(tree: ArtifactTree, template: Template, { warn }: Place): Chart {
  const path = inRoot(template.chart);
  const read = (file: string) => tree.read(inRoot(file));
  const packed = read(path);
  const chart = packed
    ? readChartArchive(packed, { warn })
    : loadChartFolder(chartFilesIn(tree, path, largestFile), { warn });
  return withValuesFiles(chart, template, read);
}

function isOf(template: Template, chart: KubeObject | undefined): boolean {
  const spec = chart?.spec;
  if (!isObject(spec) || !isObject(spec.sourceRef)) return false;
  const { kind, name } = template.sourceRef;
  return (
    spec.chart === template.chart &&
    (spec.version ?? '*') === (template.version ?? '*') &&
    spec.sourceRef.kind === kind &&
    spec.sourceRef.name === name &&
    JSON.stringify(spec.valuesFiles ?? []) === JSON.stringify(template.valuesFiles ?? [])
  );
}

async function fromRepository(source: KubeObject, template: Template, on: Place): Promise<Chart> {
  const { find, signal, warn } = on;
  const spec = isObject(source.spec) ? source.spec : {};
  const url = String(spec.url ?? '');
  const login = isObject(spec.secretRef) ? await loginIn(String(spec.secretRef.name), source, find) : {};
  const flags: ChartFlags = { ...login, ...versionOf(template) };
  const chart = url.startsWith('oci://')
    ? await locateChart(`${url.replace(/\/$/, '')}/${template.chart}`, { flags, warn, signal })
    : await locateChart(template.chart, { flags: { ...flags, repo: url }, warn, signal });
  return withValuesFiles(chart, template, filesOf(chart));
}

async function loginIn(name: string, { metadata }: KubeObject, find: Find): Promise<ChartFlags> {
  const namespace = metadata.namespace ?? '';
  const secret = (await find({ apiVersion: 'v1', kind: 'Secret', namespace, name })) as
    | (KubeObject & { data?: Record<string, string> })
    | undefined;
  const text = (key: string) => {
    const value = secret?.data?.[key];
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
  };
  const [username, password] = [text('username'), text('password')];
  return username !== undefined && password !== undefined ? { username, password } : {};
}

function artifactOf(source: KubeObject | undefined): Artifact | undefined {
  const status = source?.status;
  return isObject(status) && isObject(status.artifact) ? (status.artifact as unknown as Artifact) : undefined;
}

async function download(artifact: Artifact, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await downloadArtifact(artifact, signal);
  } catch (cause) {
    signal.throwIfAborted();
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`${problem}: from here the artifact may be out of reach; ${helpful}`, { cause });
  }
}
