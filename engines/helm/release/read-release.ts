import { isObjectMap, JsonUnmarshalError, unmarshalJson, type Value } from '@millrace/go-template';
import type { Dependency, Lock, Maintainer, Metadata, Values } from '../chart/chart.ts';
import type { Hook, HookEvent } from '../manifest/hook.ts';
import { Fields, ReleaseRecordError } from './fields.ts';
import type { Release, ReleaseInfo, ReleaseStatus } from './release.ts';
import { type StoredChart, type StoredFile, zeroTime } from './stored-chart.ts';

/** A release from Helm's JSON; its labels stand elsewhere. Throws ReleaseRecordError, which names the field. */
export function readRelease(json: string): Release {
  const fields = new Fields(parsed(json), 'release');
  const chart = fields.inner('chart');
  return {
    name: fields.text('name'),
    namespace: fields.text('namespace'),
    version: fields.integer('version'),
    info: infoFrom(fields.inner('info') ?? new Fields({}, 'release.info')),
    chart: chart && chartFrom(chart),
    config: fields.map('config'),
    manifest: fields.text('manifest'),
    hooks: fields.items('hooks').map(hookFrom),
    applyMethod: fields.text('apply_method') as Release['applyMethod'],
    labels: {},
  };
}

function parsed(json: string): Values {
  let value: Value;
  try {
    value = unmarshalJson(json);
  } catch (cause) {
    if (!(cause instanceof JsonUnmarshalError)) throw cause;
    throw new ReleaseRecordError(`the release is no JSON: ${cause.message}`, { cause });
  }
  if (!isObjectMap(value)) throw new ReleaseRecordError('the release is no JSON object');
  return value;
}

function infoFrom(fields: Fields): ReleaseInfo {
  return {
    firstDeployed: fields.time('first_deployed'),
    lastDeployed: fields.time('last_deployed'),
    deleted: fields.time('deleted'),
    description: fields.text('description'),
    status: fields.text('status') as ReleaseStatus,
    rollbackRevision: fields.integer('rollback_revision'),
    notes: fields.text('notes'),
  };
}

function hookFrom(fields: Fields): Hook {
  const run = fields.inner('last_run') ?? new Fields({}, 'last_run');
  const [startedAt, completedAt] = [run.time('started_at'), run.time('completed_at')];
  return {
    name: fields.text('name'),
    kind: fields.text('kind'),
    path: fields.text('path'),
    manifest: fields.text('manifest'),
    events: (fields.texts('events') ?? []) as HookEvent[],
    weight: fields.integer('weight'),
    deletePolicies: fields.texts('delete_policies') ?? [],
    outputLogPolicies: fields.texts('output_log_policies') ?? [],
    lastRun: {
      ...(startedAt !== undefined && { startedAt }),
      ...(completedAt !== undefined && { completedAt }),
      phase: run.text('phase'),
    },
  };
}

function chartFrom(fields: Fields): StoredChart {
  const [metadata, lock] = [fields.inner('metadata'), fields.inner('lock')];
  return {
    metadata: metadata && metadataFrom(metadata),
    lock: lock && lockFrom(lock),
    templates: fields.isNull('templates') ? undefined : fields.items('templates').map(fileFrom),
    values: fields.map('values'),
    schema: fields.bytes('schema'),
    schemaModTime: fields.time('schemamodtime') ?? zeroTime,
    files: fields.isNull('files') ? undefined : fields.items('files').map(fileFrom),
    modTime: fields.time('modtime'),
  };
}

function fileFrom(fields: Fields): StoredFile {
  return { name: fields.text('name'), data: fields.bytes('data'), modTime: fields.time('modtime') };
}

function metadataFrom(fields: Fields): Metadata {
  const { annotations, ...lists } = {
    sources: fields.texts('sources'),
    keywords: fields.texts('keywords'),
    annotations: fields.textMap('annotations'),
  };
  return {
    name: fields.text('name'),
    version: fields.text('version'),
    apiVersion: fields.text('apiVersion'),
    ...optionalTexts(fields, [
      'home',
      'description',
      'icon',
      'condition',
      'tags',
      'appVersion',
      'kubeVersion',
      'type',
    ]),
    ...(lists.sources && { sources: lists.sources }),
    ...(lists.keywords && { keywords: lists.keywords }),
    ...(annotations && { annotations }),
    ...(fields.isNull('maintainers') ? {} : { maintainers: fields.items('maintainers').map(maintainerFrom) }),
    ...(fields.isNull('dependencies')
      ? {}
      : { dependencies: fields.items('dependencies').map(dependencyFrom) }),
    ...(fields.isTrue('deprecated') && { deprecated: true }),
  };
}

function optionalTexts<K extends string>(fields: Fields, names: readonly K[]): { [key in K]?: string } {
  const present = names.filter(name => !fields.isNull(name)).map(name => [name, fields.text(name)]);
  return Object.fromEntries(present) as { [key in K]?: string };
}

function maintainerFrom(fields: Fields): Maintainer {
  return optionalTexts(fields, ['name', 'email', 'url']);
}

function dependencyFrom(fields: Fields): Dependency {
  const tags = fields.texts('tags');
  const imports = fields.list('import-values');
  return {
    name: fields.text('name'),
    repository: fields.text('repository'),
    ...optionalTexts(fields, ['version', 'condition', 'alias']),
    ...(tags && { tags }),
    ...(imports && { 'import-values': imports }),
    ...(fields.isTrue('enabled') && { enabled: true }),
  };
}

function lockFrom(fields: Fields): Lock {
  return {
    generated: fields.time('generated') ?? zeroTime,
    digest: fields.text('digest'),
    dependencies: fields.items('dependencies').map(dependencyFrom),
  };
}
