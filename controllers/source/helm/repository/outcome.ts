import { type HelmRepository, parseDuration } from '@millrace/api';
import type { Storage } from '@millrace/artifact';
import { type EventNote, findCondition, type Outcome } from '@millrace/controller';
import type { JsonObject } from '@millrace/json';
import { withoutCredentials } from '@millrace/plain-text';
import { defaultInterval, type Found } from './found.ts';

/** What is said of an index that is on offer; nothing, where that has been said. */
export function success(repo: HelmRepository, { artifact, isNew }: Found, storage: Storage): Outcome {
  const { spec, status, metadata } = repo;
  const requeueAfter = parseDuration(spec.interval ?? defaultInterval);
  const ready = findCondition(status?.conditions, 'Ready');
  const isSaid =
    ready?.status === 'True' &&
    status?.observedGeneration === metadata.generation &&
    status?.artifact?.url === artifact.url &&
    status?.artifact?.digest === artifact.digest;
  if (isSaid && !isNew) return { kind: 'unchanged', requeueAfter };
  const message = `stored artifact: revision '${artifact.revision}'`;
  const recovered = ['FetchFailed', 'StorageOperationFailed'].some(type =>
    findCondition(status?.conditions, type),
  );
  const note: EventNote = {
    severity: 'info',
    reason: isNew ? 'NewArtifact' : 'Succeeded',
    message: `stored fetched index of ${sizeText(artifact.size)} from '${withoutCredentials(spec.url)}'`,
    metadata: { revision: artifact.revision, digest: artifact.digest },
  };
  return {
    kind: 'ready',
    reason: 'Succeeded',
    message,
    requeueAfter,
    status: {
      artifact: artifact as unknown as JsonObject,
      url: storage.linkUrlOf(artifact.path, 'index.yaml'),
    },
    conditions: {
      ArtifactInStorage: { status: 'True', reason: 'Succeeded', message },
      FetchFailed: false,
      StorageOperationFailed: false,
      ArtifactOutdated: false,
    },
    ...(isNew || recovered ? { events: [note] } : {}),
  };
}

/** As Docker's units write a size for people: four digits at most, powers of a thousand. */
export function sizeText(size: number | undefined): string {
  if (size === undefined) return 'unknown size';
  let [value, unit] = [size, 0];
  for (; value >= 1000 && unit < 4; unit++) value /= 1000;
  return `size ${Number(value.toPrecision(4))}${['B', 'kB', 'MB', 'GB', 'TB'][unit]}`;
}
