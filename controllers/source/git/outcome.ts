import { type Artifact, type GitRepository, parseDuration } from '@millrace/api';
import { type EventNote, findCondition, type Outcome } from '@millrace/controller';
import type { JsonObject } from '@millrace/json';
import type { Included } from './includes.ts';
import { modeOf } from './verification.ts';

/** What an operation came to: the artifact that there is, or a new one. */
export interface Found {
  artifact: Artifact;
  /** Of the commit that was fetched; undefined where nothing was. */
  subject?: string;
  /** It is on offer already, and nobody has been told. */
  untold?: boolean;
  /** What the condition says of signatures that were verified. */
  verified?: string | undefined;
}

const failures = ['FetchFailed', 'IncludeUnavailable', 'StorageOperationFailed'];

/** What is said of an artifact that is on offer; nothing, where that has been said. */
export function success(repo: GitRepository, includes: Included[], found: Found): Outcome {
  const { artifact, subject, verified } = found;
  const { spec, status, metadata } = repo;
  const requeueAfter = parseDuration(spec.interval);
  const isSaid =
    findCondition(status?.conditions, 'Ready')?.status === 'True' &&
    status?.observedGeneration === metadata.generation &&
    status?.artifact?.url === artifact.url;
  if (isSaid && subject === undefined) return { kind: 'unchanged', requeueAfter };
  const message = `stored artifact for revision '${artifact.revision}'`;
  const observed = {
    observedIgnore: spec.ignore ?? null,
    observedSparseCheckout: spec.sparseCheckout ?? null,
    observedRecurseSubmodules: spec.recurseSubmodules || null,
    observedInclude: spec.include?.length ? spec.include : null,
    includedArtifacts: includes.length > 0 ? includes.map(include => include.artifact) : null,
  };
  return {
    kind: 'ready',
    reason: 'Succeeded',
    message,
    requeueAfter,
    status: {
      artifact: artifact as unknown as JsonObject,
      ...(observed as unknown as JsonObject),
      sourceVerificationMode: modeOf(repo) ?? null,
    },
    conditions: {
      ArtifactInStorage: { status: 'True', reason: 'Succeeded', message },
      FetchFailed: false,
      StorageOperationFailed: false,
      IncludeUnavailable: false,
      ArtifactOutdated: false,
      ...(spec.verify ? {} : { SourceVerified: false }),
      ...(verified === undefined
        ? {}
        : { SourceVerified: { status: 'True', reason: 'Succeeded', message: verified } }),
    },
    events: notes(repo, found),
  };
}

/** Told to whoever looks at the repository, and to nobody else. */
export function unchanged({ artifact }: Found): EventNote {
  return {
    severity: 'trace',
    reason: 'GitOperationSucceeded',
    message: `no changes since last reconciliation: observed revision '${artifact.revision}'`,
  };
}

/** Of a new artifact, of one that there is again after a failure, and of signatures that were verified. */
function notes({ status }: GitRepository, { artifact, subject, verified, untold }: Found): EventNote[] {
  const { revision, digest } = artifact;
  const isNew = untold || status?.artifact?.digest !== digest;
  const isRecovered = failures.some(type => findCondition(status?.conditions, type));
  const note = { severity: 'info' as const, metadata: { revision, digest } };
  const message = `stored artifact for commit '${subject === undefined ? revision : short(subject)}'`;
  return [
    ...(verified === undefined
      ? []
      : [{ ...note, severity: 'trace' as const, reason: 'Succeeded', message: verified }]),
    ...(isNew || isRecovered ? [{ ...note, reason: isNew ? 'NewArtifact' : 'Succeeded', message }] : []),
  ];
}

/** As much of a subject as Flux shows. */
function short(subject: string): string {
  const letters = [...subject];
  return letters.length > 50 ? `${letters.slice(0, 50).join('')}...` : subject;
}
