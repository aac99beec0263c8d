import { type HelmChart, parseDuration } from '@millrace/api';
import type { Storage } from '@millrace/artifact';
import {
  type EventNote,
  type ExtraConditions,
  Failed,
  findCondition,
  type Outcome,
  Stalled,
} from '@millrace/controller';
import type { JsonObject } from '@millrace/json';
import { retrying } from '../../retrying.ts';
import { BuildError } from '../work/build-error.ts';
import { Authentication } from './authentication.ts';
import type { Built } from './built.ts';
import type { Source } from './sources.ts';

const failures = ['FetchFailed', 'BuildFailed', 'StorageOperationFailed'];

/** What is said of a chart that is on offer; nothing, where that has been said. */
export function success(chart: HelmChart, source: Source, built: Built, storage: Storage): Outcome {
  const { spec, status, metadata } = chart;
  const { artifact, isNew, name } = built;
  const requeueAfter = parseDuration(spec.interval);
  const ready = findCondition(status?.conditions, 'Ready');
  const isSaid =
    ready?.status === 'True' &&
    status?.observedGeneration === metadata.generation &&
    status?.artifact?.url === artifact.url &&
    status?.artifact?.digest === artifact.digest &&
    status?.observedSourceArtifactRevision === revisionOf(source) &&
    isVerificationSaid(chart, built);
  if (isSaid && !isNew) return { kind: 'unchanged', requeueAfter };
  const reason = built.isPackaged ? 'ChartPackageSucceeded' : 'ChartPullSucceeded';
  const message = summaryOf(built);
  const recovered = failures.some(type => findCondition(status?.conditions, type));
  const note: EventNote = {
    severity: 'info',
    reason,
    message,
    metadata: { revision: artifact.revision, digest: artifact.digest },
  };
  return {
    kind: 'ready',
    reason,
    message,
    requeueAfter,
    status: {
      artifact: artifact as unknown as JsonObject,
      observedChartName: name,
      observedSourceArtifactRevision: revisionOf(source) ?? null,
      observedValuesFiles:
        spec.ignoreMissingValuesFiles && built.valuesFiles.length > 0 ? built.valuesFiles : null,
      url: storage.linkUrlOf(artifact.path),
    },
    conditions: {
      ArtifactInStorage: { status: 'True', reason, message },
      ...Object.fromEntries(failures.map(type => [type, false as const])),
      ArtifactOutdated: false,
      ...verification(chart, built),
    },
    events: [...resolvedNotes(built), ...(isNew || recovered ? [note] : [])],
  };
}

/** What was verified is said once for a version. Whoever has not asked, or has been refused before, is told nothing. */
function verification({ spec }: HelmChart, { isVerified, version }: Built): ExtraConditions {
  if (!spec.verify || !isVerified) return { SourceVerified: false };
  const message = `verified signature of version ${version}`;
  return { SourceVerified: { status: 'True', reason: 'Succeeded', message } };
}

function isVerificationSaid(chart: HelmChart, built: Built): boolean {
  const { SourceVerified: wanted } = verification(chart, built);
  const said = findCondition(chart.status?.conditions, 'SourceVerified');
  return said?.message === (wanted ? wanted.message : undefined) && said?.status !== 'False';
}

function resolvedNotes({ resolved }: Built): EventNote[] {
  if (resolved === 0) return [];
  const message = `resolved ${resolved} chart dependencies`;
  return [{ severity: 'trace', reason: 'ResolvedDependencies', message }];
}

function summaryOf({ name, version, isPackaged, valuesFiles }: Built): string {
  const merged = valuesFiles.length > 0 ? ` and merged values files [${valuesFiles.join(' ')}]` : '';
  return `${isPackaged ? 'packaged' : 'pulled'} '${name}' chart with version '${version}'${merged}`;
}

export function revisionOf(source: Source): string | undefined {
  return source.kind === 'registry' ? undefined : source.artifact.revision;
}

/** Only a change of the chart, or of its source, can help. */
const lasting = ['InvalidChartReference', 'MetadataPatchError', 'ValuesFilesError'];

const ofBuilding = [
  'MetadataPatchError',
  'ValuesFilesError',
  'DependencyBuildError',
  'ChartPackageError',
  'ChartVerificationError',
];

/** What went wrong decides the condition. The last artifact stays on offer. */
export function failure(error: unknown, chart: HelmChart, source: Source, timedOut: false | number): Failed {
  if (error instanceof Failed) return error;
  const said = error instanceof Error ? error.message : String(error);
  const as = (type: string, reason: string, message: string) => {
    const others = failures.filter(other => other !== type).map(other => [other, false as const]);
    const isLasting = lasting.includes(reason);
    const options = {
      cause: error,
      status: { observedSourceArtifactRevision: revisionOf(source) ?? null },
      conditions: {
        ...Object.fromEntries(others),
        [type]: { status: 'True' as const, reason, message },
        ...refused(reason, message, chart.status),
        ...(isLasting ? {} : retrying(chart)),
      },
    };
    return isLasting ? new Stalled(reason, message, options) : new Failed(reason, message, options);
  };
  if (timedOut !== false)
    return as('FetchFailed', 'ChartPullError', `chart pull error: not done within ${timedOut / 1000} s`);
  if (error instanceof Authentication) return as('FetchFailed', 'AuthenticationFailed', said);
  if (error instanceof BuildError)
    return as(ofBuilding.includes(error.reason) ? 'BuildFailed' : 'FetchFailed', error.reason, said);
  if (isOfStore(error))
    return as(
      'StorageOperationFailed',
      'ArchiveOperationFailed',
      `unable to copy Helm chart to storage: ${said}`,
    );
  return as('FetchFailed', 'Unknown', `unknown build error: ${said}`);
}

/** A refusal stands until the next attempt. */
function refused(reason: string, message: string, status: HelmChart['status']): ExtraConditions {
  if (reason === 'ChartVerificationError')
    return { SourceVerified: { status: 'False', reason: 'VerificationError', message } };
  const before = findCondition(status?.conditions, 'SourceVerified');
  return before?.status === 'False' ? { SourceVerified: false } : {};
}

/** What the disk says has a code. */
function isOfStore(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
