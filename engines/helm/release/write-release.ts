import { GoObject, marshalJson, type Value } from '@millrace/go-template';
import type { Dependency, Lock, Metadata } from '../chart/chart.ts';
import type { Hook } from '../manifest/hook.ts';
import type { Release, ReleaseInfo } from './release.ts';
import { type StoredChart, type StoredFile, zeroTime } from './stored-chart.ts';

/**
 * The JSON of a release, to the byte as Helm writes it: fields in the order of Go's structs, empty ones left out where
 * those say so, keys of maps sorted.
 *
 * Rule: pkg/release/v1 and pkg/chart/v2 of helm v4.3.1
 */
export function writeRelease(release: Release): string {
  return marshalJson(releaseValue(release));
}

/** What is written, as a value of Go. @param resources the objects of the release, which records do not have */
export function releaseValue(release: Release, resources?: Value): Value {
  const { chart, config, hooks } = release;
  return struct({
    name: filled(release.name),
    info: infoOf(release.info, resources),
    chart: chart && chartOf(chart),
    config: config && Object.keys(config).length > 0 ? config : undefined,
    manifest: filled(release.manifest),
    hooks: filled(hooks.map(hookOf)),
    version: release.version || undefined,
    namespace: filled(release.namespace),
    apply_method: filled(release.applyMethod),
  });
}

/** A struct of Go: its fields stay in order, those that are undefined are left out. */
export function struct(fields: { [key: string]: Value }): GoObject {
  const present = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return new GoObject({ type: 'struct', kind: 'struct', json: () => present });
}

/** A value that is left out if it is empty. */
function filled<T extends string | Value[] | undefined>(value: T): T | undefined {
  return value === undefined || value.length === 0 ? undefined : value;
}

function filledMap(map: { [key: string]: string } | undefined): Value {
  return map && Object.keys(map).length > 0 ? map : undefined;
}

/**
 * A time as Go writes it, without zeros at the end of its fraction: whoever reads a record and writes it again must not
 * come to another digest. It is left out if it is Go's zero.
 */
function time(text: string | undefined): Value {
  if (text === undefined || text === '' || text === zeroTime) return undefined;
  const dot = text.indexOf('.');
  if (dot < 0) return text;
  const isDigit = (at: number) => text[at]! >= '0' && text[at]! <= '9';
  let zone = dot + 1;
  while (zone < text.length && isDigit(zone)) zone++;
  let end = zone;
  while (text[end - 1] === '0') end--;
  return text.slice(0, end === dot + 1 ? dot : end) + text.slice(zone);
}

export function infoOf(info: ReleaseInfo, resources?: Value): Value {
  return struct({
    first_deployed: time(info.firstDeployed),
    last_deployed: time(info.lastDeployed),
    deleted: time(info.deleted),
    description: filled(info.description),
    status: filled(info.status),
    rollback_revision: info.rollbackRevision || undefined,
    notes: filled(info.notes),
    resources,
  });
}

export function hookOf(hook: Hook): Value {
  const { startedAt, completedAt, phase } = hook.lastRun;
  return struct({
    name: filled(hook.name),
    kind: filled(hook.kind),
    path: filled(hook.path),
    manifest: filled(hook.manifest),
    events: filled(hook.events),
    last_run: struct({ started_at: time(startedAt), completed_at: time(completedAt), phase }),
    weight: hook.weight || undefined,
    delete_policies: filled(hook.deletePolicies),
    output_log_policies: filled(hook.outputLogPolicies),
  });
}

function chartOf(chart: StoredChart): Value {
  return struct({
    metadata: chart.metadata ? metadataOf(chart.metadata) : null,
    lock: chart.lock ? lockOf(chart.lock) : null,
    templates: chart.templates?.map(fileOf) ?? null,
    values: chart.values ?? null,
    schema: chart.schema ?? null,
    schemamodtime: chart.schemaModTime,
    files: chart.files?.map(fileOf) ?? null,
    modtime: time(chart.modTime),
  });
}

function fileOf({ name, data, modTime }: StoredFile): Value {
  return struct({ name, data: data ?? null, modtime: time(modTime) });
}

export function metadataOf(metadata: Metadata): Value {
  const { maintainers, dependencies } = metadata;
  return struct({
    name: filled(metadata.name),
    home: filled(metadata.home),
    sources: filled(metadata.sources),
    version: filled(metadata.version),
    description: filled(metadata.description),
    keywords: filled(metadata.keywords),
    maintainers: filled(
      maintainers?.map(({ name, email, url }) =>
        struct({ name: filled(name), email: filled(email), url: filled(url) }),
      ),
    ),
    icon: filled(metadata.icon),
    apiVersion: filled(metadata.apiVersion),
    condition: filled(metadata.condition),
    tags: filled(metadata.tags),
    appVersion: filled(metadata.appVersion),
    deprecated: metadata.deprecated || undefined,
    annotations: filledMap(metadata.annotations),
    kubeVersion: filled(metadata.kubeVersion),
    dependencies: filled(dependencies?.map(dependencyOf)),
    type: filled(metadata.type),
  });
}

export function dependencyOf(dependency: Dependency): Value {
  return struct({
    name: dependency.name,
    version: filled(dependency.version),
    repository: dependency.repository,
    condition: filled(dependency.condition),
    tags: filled(dependency.tags),
    enabled: dependency.enabled || undefined,
    'import-values': filled(dependency['import-values']),
    alias: filled(dependency.alias),
  });
}

function lockOf({ generated, digest, dependencies }: Lock): Value {
  return struct({ generated, digest, dependencies: dependencies.map(dependencyOf) });
}
