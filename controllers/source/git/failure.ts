import type { GitRepository } from '@millrace/api';
import { Failed, type FailureOptions, Stalled } from '@millrace/controller';
import { GitError } from '@millrace/git';
import { ReferenceNotFound } from '@millrace/git-access';
import { withoutCredentials } from '@millrace/plain-text';
import { SnapshotRefused } from './snapshot.ts';

/** The repository was not fetched, or may not be: the condition that says so beside Ready. */
export function fetchFailed(reason: string, message: string, options: FailureOptions = {}): Failed {
  return new Failed(reason, message, {
    ...options,
    conditions: { FetchFailed: { status: 'True', reason, message } },
  });
}

/** What was fetched could not be kept. */
export function storageFailed(reason: string, message: string, options: FailureOptions = {}): Failed {
  return new Failed(reason, message, {
    ...options,
    conditions: { StorageOperationFailed: { status: 'True', reason, message } },
  });
}

/** Nothing but another spec can help. */
export function fetchStalled(reason: string, message: string): Stalled {
  return new Stalled(reason, message, { conditions: { FetchFailed: { status: 'True', reason, message } } });
}

/** What keeps the repository from being reached stands in its condition too. */
export function notReached(cause: unknown): unknown {
  if (!(cause instanceof Failed) || cause.options.conditions) return cause;
  const { reason, message, options } = cause;
  return cause instanceof Stalled ? fetchStalled(reason, message) : fetchFailed(reason, message, options);
}

/** The same, where the artifact on offer is of another revision than the one that there could be by now. */
export function outdated({ status }: GitRepository, revision: string, failed: Failed): Failed {
  const { reason, message, options } = failed;
  if (!status?.artifact || status.artifact.revision === revision || failed instanceof Stalled) return failed;
  const ArtifactOutdated = {
    status: 'True' as const,
    reason: 'NewRevision',
    message: `new upstream revision '${revision}'`,
  };
  return new Failed(reason, message, {
    ...options,
    conditions: { ...options.conditions, ArtifactOutdated },
  });
}

/** What went wrong decides the condition. The last artifact stays on offer. */
export function failure(cause: unknown, { spec }: GitRepository, timedOut: boolean): Failed {
  if (timedOut) {
    const url = withoutCredentials(spec.url);
    const message = `'${url}' did not answer within ${spec.timeout ?? '60s'}`;
    return fetchFailed('GitOperationFailed', message, { cause });
  }
  const reached = notReached(cause);
  if (reached instanceof Failed) return reached;
  const said = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof SnapshotRefused) return fetchFailed('GitOperationFailed', said, { cause });
  if (cause instanceof GitError || cause instanceof ReferenceNotFound)
    return fetchFailed('GitOperationFailed', `failed to checkout and determine revision: ${said}`, { cause });
  const message = `unable to archive artifact to storage: ${said}`;
  return storageFailed('ArchiveOperationFailed', message, { cause });
}
