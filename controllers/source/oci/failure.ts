import type { OCIRepository } from '@millrace/api';
import { type ExtraConditions, Failed, findCondition, Stalled } from '@millrace/controller';
import { retrying } from '../retrying.ts';
import type { Target } from './target.ts';

/** What was learned on the way, for the conditions of those that fail. */
export interface Seen {
  target?: Target;
  /** The artifact of the status is in the store no more, or is not what it was. */
  isGone: boolean;
  verified?: string | undefined;
}

/**
 * What an operation that failed says of the object. What went wrong decides the condition: fetching, unless the step
 * has named another or it is the store. The last artifact stays on offer, while it is there.
 */
export function failure(error: unknown, repo: OCIRepository, seen: Seen, signal: AbortSignal): Failed {
  if (error instanceof Stalled) return error;
  const { reason, message, type, retryAfter, own } = told(error, repo, signal);
  return new Failed(reason, message, {
    cause: error,
    retryAfter,
    status: seen.isGone ? { artifact: null, url: null } : {},
    conditions: {
      StorageOperationFailed: false,
      ...retrying(repo, newsOf(repo, seen)),
      ...sinceFound(repo, seen),
      ...(own ?? { [type]: { status: 'True', reason, message } }),
    },
  });
}

/** The same for what the registry is reached by: nothing has been asked of it yet. */
export function unreached(error: unknown, repo: OCIRepository): unknown {
  if (!(error instanceof Failed) || error instanceof Stalled) return error;
  return failure(error, repo, { isGone: false }, new AbortController().signal);
}

function told(error: unknown, { spec }: OCIRepository, signal: AbortSignal) {
  if (signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError')
    return {
      reason: 'OCIArtifactPullFailed',
      message: `'${spec.url}' did not answer within ${spec.timeout ?? '60s'}`,
      type: 'FetchFailed',
    };
  const said = error instanceof Error ? error.message : String(error);
  if (error instanceof Failed) {
    const { retryAfter, conditions: own } = error.options;
    return { reason: error.reason, message: said, type: 'FetchFailed', retryAfter, own };
  }
  const message = `unable to archive artifact to storage: ${said}`;
  return { reason: 'ArchiveOperationFailed', message, type: 'StorageOperationFailed' };
}

function newsOf({ status }: OCIRepository, { target, isGone }: Seen): string | undefined {
  if (target && (isGone || status?.artifact?.revision !== target.revision)) return newRevision(target);
  return isGone ? 'disappeared from storage' : undefined;
}

export const newRevision = ({ revision, reference }: Target) =>
  `new revision '${revision}' for '${reference}'`;

/** What is so, whatever failed afterwards. */
function sinceFound({ spec, status }: OCIRepository, { target, isGone, verified }: Seen): ExtraConditions {
  const conditions: ExtraConditions = {};
  const before = findCondition(status?.conditions, 'SourceVerified');
  if (before?.status === 'False' || (target && !spec.verify)) conditions.SourceVerified = false;
  if (verified !== undefined)
    conditions.SourceVerified = { status: 'True', reason: 'Succeeded', message: verified };
  if (isGone) conditions.ArtifactInStorage = false;
  const { artifact } = status ?? {};
  if (target && artifact && !isGone && artifact.revision !== target.revision) {
    conditions.ArtifactOutdated = { status: 'True', reason: 'NewRevision', message: newRevision(target) };
  }
  return conditions;
}
