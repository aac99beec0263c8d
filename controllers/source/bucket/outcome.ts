import { type Artifact, type Bucket, parseDuration } from '@millrace/api';
import { type EventNote, findCondition, type Outcome } from '@millrace/controller';
import type { JsonObject } from '@millrace/json';
import type { Found } from './deps.ts';

/** What is said of an artifact that is on offer; nothing, where that has been said. */
export function success(bucket: Bucket, found: Found): Outcome {
  const { artifact, isNew } = found;
  const { spec, status } = bucket;
  const requeueAfter = parseDuration(spec.interval);
  if (isSaid(bucket, artifact) && !isNew) return { kind: 'unchanged', requeueAfter };
  const message = `stored artifact: revision '${artifact.revision}'`;
  const recovered = ['FetchFailed', 'StorageOperationFailed'].some(type =>
    findCondition(status?.conditions, type),
  );
  return {
    kind: 'ready',
    reason: 'Succeeded',
    message,
    requeueAfter,
    status: observed(bucket, artifact),
    conditions: {
      ArtifactInStorage: { status: 'True', reason: 'Succeeded', message },
      ArtifactOutdated: false,
      FetchFailed: false,
      StorageOperationFailed: false,
    },
    ...(isNew || recovered ? { events: [note(bucket, found)] } : {}),
  };
}

/** What the status tells of an artifact, and of what it was made by. */
export function observed({ spec }: Bucket, artifact: Artifact): JsonObject {
  const { url } = artifact;
  return {
    artifact: artifact as unknown as JsonObject,
    observedIgnore: spec.ignore ?? null,
    url: `${url.slice(0, url.lastIndexOf('/'))}/latest.tar.gz`,
  };
}

function isSaid({ status, metadata }: Bucket, { url, revision, digest }: Artifact): boolean {
  const ready = findCondition(status?.conditions, 'Ready');
  return (
    ready?.status === 'True' &&
    status?.observedGeneration === metadata.generation &&
    status?.artifact?.url === url &&
    status.artifact.revision === revision &&
    status.artifact.digest === digest
  );
}

function note({ spec }: Bucket, { artifact, isNew, count }: Found): EventNote {
  const { revision, digest } = artifact;
  return {
    severity: 'info',
    reason: isNew ? 'NewArtifact' : 'Succeeded',
    message: `stored artifact with ${count} fetched files from '${spec.bucketName}' bucket`,
    metadata: { revision, digest },
  };
}
