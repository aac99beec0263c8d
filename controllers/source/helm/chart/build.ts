import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { type HelmChart, parseDuration } from '@millrace/api';
import type { Owner } from '@millrace/artifact';
import { Failed, timestamp } from '@millrace/controller';
import type { Dependency } from '@millrace/helm';
import type { VerificationSecrets } from '../../signatures/trust.ts';
import type { Packed, PackRequest, SourceChart } from '../work/build.ts';
import { BuildError } from '../work/build-error.ts';
import { withBuild } from '../work/version.ts';
import { HelmRefused } from '../work/works.ts';
import { Authentication, isAuthentication } from './authentication.ts';
import type { Built, Wanting } from './built.ts';
import { InvalidDependencyUrl, repositoryUrl } from './dependency-url.ts';
import type { Deps } from './deps.ts';
import type { Downloader, FoundChart, Reach } from './downloader.ts';
import { folderDownloader } from './folder-downloader.ts';
import { httpDownloader } from './http-downloader.ts';
import { ociDownloader } from './oci-downloader.ts';
import type { Source } from './sources.ts';
import { isVerified } from './verification.ts';

/** One build of one chart. */
export interface Build {
  chart: HelmChart;
  source: Source;
  /** How repositories are reached, by URL: that of the source, and those of dependencies. */
  reaches: Map<string, Reach>;
  /** What spec.verify goes by. */
  secrets: VerificationSecrets;
  /** In milliseconds. */
  timeout: number;
  signal: AbortSignal;
  say(doing: string): void;
}

export function ownerOf({ kind, metadata }: HelmChart): Owner {
  return { kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

/**
 * Fetch or pack what the spec asks for, unless it is on offer already. Throws BuildError, Authentication, and what the
 * store throws.
 */
export function build(what: Build, on: Deps): Promise<Built | Wanting> {
  return what.source.kind === 'files' ? buildFromFiles(what, what.source, on) : buildFromRepository(what, on);
}

/** spec.valuesFiles, unless that is what a chart has anyway. */
function valuesFilesOf({ spec }: HelmChart): string[] {
  const files = spec.valuesFiles ?? [];
  return files.length === 1 && posix.normalize(files[0]!) === 'values.yaml' ? [] : files;
}

/** As Flux has it, other values make another version: consumers see that something has changed. */
function generationOf({ metadata }: HelmChart): string {
  return String(metadata.generation ?? 0);
}

const validName = /^[-a-z0-9]+(?:(?:\/\.?|\.)[-a-z0-9]+)*(?:\/\.?|\.)?$/;

async function buildFromRepository(what: Build, on: Deps): Promise<Built> {
  const { chart, reaches, signal } = what;
  const { chart: wanted, version: range = '*' } = chart.spec;
  if (wanted === '') throw new BuildError('InvalidChartReference', 'no name set for remote chart reference');
  if (!validName.test(wanted))
    throw new BuildError(
      'InvalidChartReference',
      `invalid chart name '${wanted}': a valid name must be lower case letters and numbers and MAY be separated with dashes (-), slashes (/) or periods (.)`,
    );
  const [reach] = reaches.values();
  const from = downloaderFor(reach!, what, on);
  try {
    const found = await versionOf(from, wanted, range, reach!, signal);
    const repository = { name: chart.spec.sourceRef.name, namespace: chart.metadata.namespace ?? '' };
    if (found.wasRead !== undefined) on.indexLooked(found.wasRead, repository);
    const verified = await isVerified(found, chart, what.secrets, on, signal);
    const values = valuesFilesOf(chart);
    const version = values.length === 0 ? found.version : withGeneration(found.version, chart);
    const known = { name: found.name, version, isPackaged: values.length > 0, isVerified: verified };
    const kept = await onOffer(chart, known, values, on);
    if (kept) return kept;
    what.say(`building artifact: new '${known.name}' chart with version '${version}'`);
    const bytes = await found.fetch(signal).catch(cause => {
      throw pullError('failed to download chart for remote reference', cause, signal);
    });
    return await store(what, known, on, to =>
      values.length === 0
        ? on.works.do({ kind: 'take', bytes, to, limits: on.limits }, turn(what))
        : on.works.do({ kind: 'repack', bytes, request: requestOf(chart, version, values, to) }, turn(what)),
    );
  } finally {
    await from.close();
  }
}

async function versionOf(
  from: Downloader,
  name: string,
  range: string,
  { kind }: Reach,
  signal: AbortSignal,
): Promise<FoundChart> {
  return from.find(name, range, signal).catch(cause => {
    const what = 'failed to get chart version for remote reference';
    if (kind !== 'oci' && cause instanceof HelmRefused)
      throw new BuildError('InvalidChartReference', `${what}: ${cause.message}`, { cause });
    throw pullError(what, cause, signal);
  });
}

function withGeneration(version: string, chart: HelmChart): string {
  try {
    return withBuild(version, generationOf(chart));
  } catch (cause) {
    throw new BuildError('MetadataPatchError', (cause as Error).message, { cause });
  }
}

async function buildFromFiles(
  what: Build,
  { of, artifact }: Source & { kind: 'files' },
  on: Deps,
): Promise<Built | Wanting> {
  const { chart } = what;
  const values = valuesFilesOf(chart);
  const revision = chart.spec.reconcileStrategy === 'Revision' ? shortRevision(of, artifact.revision) : '';
  const buildPart = [revision, ...(values.length > 0 ? [generationOf(chart)] : [])].filter(Boolean).join('.');
  const source: SourceChart = {
    artifact: join(on.storage.root, artifact.path),
    digest: artifact.digest,
    chart: chart.spec.chart,
  };
  const task = { kind: 'inspect' as const, source, build: buildPart, limits: on.limits };
  const { name, version, isPacked, remote } = await on.works.do(task, turn(what));
  const isPackaged = !isPacked || buildPart !== '';
  const known = { name, version, isPackaged, isVerified: false };
  const kept = await onOffer(chart, known, values, on);
  if (kept) return kept;
  const urls = remote.map(urlOf).filter(url => !what.reaches.has(url));
  if (urls.length > 0) return { urls: [...new Set(remote.map(urlOf))] };
  what.say(`building artifact: new '${name}' chart with version '${version}'`);
  if (!isPackaged)
    return store(what, known, on, to =>
      on.works.do({ kind: 'take-local', source, to, limits: on.limits }, turn(what)),
    );
  const archives = await fetchDependencies(remote, what, on);
  try {
    return await store(what, known, on, to => {
      const request = requestOf(chart, version, values, to);
      return on.works.do({ kind: 'pack-local', source, request, archives, limits: on.limits }, turn(what));
    });
  } finally {
    await Promise.all(Object.values(archives).map(file => rm(file, { force: true })));
  }
}

/** Enough of a revision to know it by, short enough for a label. */
function shortRevision(kind: string, revision: string): string {
  const digest = revision.slice(revision.lastIndexOf(':') + 1);
  return kind === 'HelmRepository' ? revision : digest.slice(0, 12);
}

function urlOf(dependency: Dependency): string {
  try {
    return repositoryUrl(dependency.repository);
  } catch (cause) {
    if (!(cause instanceof InvalidDependencyUrl)) throw cause;
    throw dependencyError(dependency, cause.message, cause);
  }
}

function dependencyError({ alias, name }: Dependency, problem: string, cause: unknown): BuildError {
  const message = `failed to add remote dependency '${alias || name}': ${problem}`;
  return new BuildError('DependencyBuildError', message, { cause });
}

/** The archives of dependencies, in files of their own by alias or name. */
async function fetchDependencies(
  dependencies: Dependency[],
  what: Build,
  on: Deps,
): Promise<Record<string, string>> {
  const open = new Map<string, Downloader>();
  const archives: Record<string, string> = Object.create(null);
  try {
    for (const dependency of dependencies) {
      const url = urlOf(dependency);
      const from = open.get(url) ?? downloaderFor(what.reaches.get(url)!, what, on);
      open.set(url, from);
      const bytes = await fetchDependency(dependency, from, what.signal);
      const file = join(on.scratch, `${randomUUID()}.tgz`);
      archives[dependency.alias || dependency.name] = file;
      await writeFile(file, bytes, { mode: 0o600 });
    }
    return archives;
  } catch (error) {
    await Promise.all(Object.values(archives).map(file => rm(file, { force: true })));
    throw error;
  } finally {
    await Promise.all([...open.values()].map(from => from.close()));
  }
}

async function fetchDependency(
  dependency: Dependency,
  from: Downloader,
  signal: AbortSignal,
): Promise<Buffer> {
  const { name, version = '', repository } = dependency;
  const found = await from.find(name, version, signal).catch(cause => {
    signal.throwIfAborted();
    const what = `failed to get chart '${name}' version '${version}' from '${repository}'`;
    throw dependencyError(dependency, `${what}: ${messageOf(cause)}`, cause);
  });
  return found.fetch(signal).catch(cause => {
    signal.throwIfAborted();
    const what = `chart download of version '${found.version}' failed`;
    throw dependencyError(dependency, `${what}: ${messageOf(cause)}`, cause);
  });
}

function downloaderFor(reach: Reach, { chart, timeout }: Build, on: Deps): Downloader {
  if (reach.kind === 'oci') return ociDownloader(reach, on);
  const group = chart.metadata.namespace ?? '';
  if (reach.kind === 'folder') return folderDownloader(reach, on, group, timeout);
  return httpDownloader(reach, on, group, timeout);
}

const turn = ({ chart, timeout, signal }: Build) => ({
  group: chart.metadata.namespace ?? '',
  timeout,
  signal,
});

function requestOf({ spec }: HelmChart, version: string, files: string[], to: string): PackRequest {
  return { version, to, values: { files, ignoreMissing: spec.ignoreMissingValuesFiles ?? false } };
}

type Known = Pick<Built, 'name' | 'version' | 'isPackaged' | 'isVerified'>;

/** What is on offer already, when it is that version, made by the same spec, and whole. */
async function onOffer(
  { spec, status, metadata }: HelmChart,
  known: Known,
  values: string[],
  { storage }: Deps,
): Promise<Built | undefined> {
  const { artifact, observedChartName, observedGeneration, observedValuesFiles } = status ?? {};
  if (!artifact || observedGeneration !== metadata.generation) return undefined;
  if (observedChartName !== known.name || artifact.revision !== known.version) return undefined;
  if (!(await storage.verify(artifact.path, artifact.digest))) return undefined;
  const valuesFiles = spec.ignoreMissingValuesFiles ? (observedValuesFiles ?? []) : values;
  return {
    ...known,
    valuesFiles,
    resolved: 0,
    artifact: { ...artifact, url: storage.urlOf(artifact.path) },
    isNew: false,
  };
}

async function store(
  { chart }: Build,
  known: Known,
  on: Deps,
  write: (to: string) => Promise<Packed>,
): Promise<Built> {
  let made = { valuesFiles: [] as string[], resolved: 0 };
  const fileName = `${posix.basename(known.name)}-${known.version}.tgz`;
  const { path, digest, size } = await on.storage.put(ownerOf(chart), fileName, async to => {
    const { valuesFiles, resolved, ...written } = await write(to);
    made = { valuesFiles, resolved };
    return written;
  });
  await on.storage.collect(ownerOf(chart), path);
  const before = chart.status?.artifact;
  const isNew = before?.digest !== digest;
  const url = on.storage.urlOf(path);
  const lastUpdateTime =
    before && !isNew && before.path === path ? before.lastUpdateTime : timestamp(new Date());
  const artifact = { digest, lastUpdateTime, path, revision: known.version, size, url };
  return { ...known, ...made, artifact, isNew };
}

function pullError(what: string, cause: unknown, signal: AbortSignal): Error {
  signal.throwIfAborted();
  if (cause instanceof BuildError || cause instanceof Failed) return cause;
  const error = new BuildError('ChartPullError', `${what}: ${messageOf(cause)}`, { cause });
  return isAuthentication(cause) ? new Authentication(error.message, { cause }) : error;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** In milliseconds; a chart of files has none of its own. */
export function timeoutOf(source: Source): number {
  return parseDuration((source.kind !== 'files' && source.repository.spec.timeout) || '60s');
}
