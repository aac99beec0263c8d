import { type Artifact, type Bucket, parseDuration } from '@millrace/api';
import { algorithmOf, type Storage } from '@millrace/artifact';
import { type ObjectStore, StoreError } from '@millrace/bucket';
import { Failed } from '@millrace/controller';
import type { Access } from './access.ts';
import { makeArtifact, ownerOf } from './artifact.ts';
import type { Deps, Found } from './deps.ts';
import { failure, newRevision, type Seen } from './failure.ts';
import { revisionOf } from './keys.ts';
import { listBucket } from './list.ts';
import { openStore } from './open.ts';

/** The artifact of what the bucket holds now. Throws Failed with all its conditions. */
export async function find(
  bucket: Bucket,
  access: Access,
  on: Deps,
  signal: AbortSignal,
  say: (doing: string) => void,
): Promise<Found> {
  const seen: Seen = { isGone: false };
  let store: ObjectStore | undefined;
  // Flux gives each of the two steps the whole time.
  const timed = () => AbortSignal.any([signal, AbortSignal.timeout(patienceOf(bucket))]);
  let step = timed();
  try {
    const before = await wholeArtifact(bucket, on.storage);
    seen.isGone = bucket.status?.artifact !== undefined && !before;
    store = await openStore(bucket, access, on.cloud, step).catch(cause => {
      step.throwIfAborted();
      throw inStep(bucket, cause);
    });
    const listed = await listBucket(bucket, store, step);
    const algorithm = algorithmOf(before?.revision ?? '') ?? on.storage.algorithm;
    const revision = revisionOf(listed.objects, algorithm);
    if (before?.revision === revision) return { artifact: before, isNew: false, count: listed.objects.size };
    seen.revision = revision;
    say(`building artifact: ${newRevision(revision)}`);
    step = timed();
    const { artifact, count } = await makeArtifact(bucket, store, listed, before, on, step);
    await on.storage.collect(ownerOf(bucket), artifact.path);
    return { artifact, isNew: artifact.digest !== before?.digest, count };
  } catch (error) {
    throw failure(error, bucket, seen, step);
  } finally {
    await store?.close();
  }
}

export function patienceOf({ spec }: Bucket): number {
  return parseDuration(spec.timeout ?? '60s');
}

/** The artifact of the status, if it is in the store and is what its digest says. */
async function wholeArtifact({ status }: Bucket, storage: Storage): Promise<Artifact | undefined> {
  const { artifact } = status ?? {};
  if (!artifact || !(await storage.verify(artifact.path, artifact.digest))) return undefined;
  return { ...artifact, url: storage.urlOf(artifact.path) };
}

/** Flux asks for what it takes to ask with the first request that needs it. */
function inStep({ spec }: Bucket, cause: unknown): unknown {
  if (cause instanceof Failed) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const known = cause instanceof StoreError ? cause : undefined;
  const step = `failed to confirm existence of '${spec.bucketName}' bucket`;
  return new StoreError(known?.failure ?? 'refused', `${step}: ${message}`, known?.retryAfter);
}
