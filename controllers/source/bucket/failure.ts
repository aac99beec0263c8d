import type { Bucket } from '@millrace/api';
import { StoreError } from '@millrace/bucket';
import { type ExtraConditions, Failed, Stalled } from '@millrace/controller';
import { retrying } from '../retrying.ts';

/** What was learned on the way, for the conditions of those that fail. */
export interface Seen {
  /** Where it is another than that of the artifact. */
  revision?: string;
  /** The artifact of the status is in the store no more, or is not what it was. */
  isGone: boolean;
}

/**
 * What an operation that failed says of the object. What went wrong decides the condition: fetching, unless the step has
 * named another. The last artifact stays on offer, while it is there.
 */
export function failure(error: unknown, bucket: Bucket, seen: Seen, signal: AbortSignal): Failed {
  const { reason, message, retryAfter, own } = told(error, bucket, signal);
  const conditions: ExtraConditions = {
    StorageOperationFailed: false,
    ...(own ? { FetchFailed: false } : {}),
    ...sinceFound(bucket, seen),
    ...(own ?? { FetchFailed: { status: 'True', reason, message } }),
  };
  if (error instanceof Stalled) return new Stalled(reason, message, { cause: error, conditions });
  return new Failed(reason, message, {
    cause: error,
    retryAfter,
    status: seen.isGone ? { artifact: null, url: null } : {},
    conditions: {
      ...conditions,
      ...retrying(bucket, newsOf(seen)),
    },
  });
}

/** The same for what the bucket is reached by: nothing has been asked of it yet. */
export function unreached(error: unknown, bucket: Bucket): unknown {
  if (!(error instanceof Failed)) return error;
  return failure(error, bucket, { isGone: false }, new AbortController().signal);
}

function told(error: unknown, { spec }: Bucket, signal: AbortSignal) {
  const reason = 'BucketOperationFailed';
  if (signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError') {
    const message = `bucket '${spec.bucketName}' at '${endpointOf(spec)}' did not answer within ${spec.timeout ?? '60s'}`;
    return { reason, message };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Failed) {
    const { retryAfter, conditions: own } = error.options;
    return { reason: error.reason, message, retryAfter, own };
  }
  const retryAfter = error instanceof StoreError ? error.retryAfter : undefined;
  return { reason, message, retryAfter };
}

/** Without what may stand before a host, or in a query. */
function endpointOf({ endpoint }: Bucket['spec']): string {
  return endpoint.replace(/[?#].*$/s, '').replace(/^([a-z]+:\/\/)?[^/]*@/, '$1');
}

function newsOf({ revision, isGone }: Seen): string | undefined {
  if (revision !== undefined) return newRevision(revision);
  return isGone ? 'disappeared from storage' : undefined;
}

export const newRevision = (revision: string) => `new upstream revision '${revision}'`;

/** What is so, whatever failed afterwards. */
function sinceFound({ status }: Bucket, { revision, isGone }: Seen): ExtraConditions {
  if (isGone) return { ArtifactInStorage: false };
  if (revision === undefined || !status?.artifact) return {};
  const message = newRevision(revision);
  return { ArtifactOutdated: { status: 'True', reason: 'NewRevision', message } };
}
