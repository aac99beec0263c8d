import { type Artifact, type OCIRepository, parseDuration } from '@millrace/api';
import { type EventNote, findCondition, type Outcome } from '@millrace/controller';
import type { JsonObject } from '@millrace/json';

/** What is said of an artifact that is on offer; nothing, where that has been said. */
export function success(
  repo: OCIRepository,
  { artifact, isNew }: { artifact: Artifact; isNew: boolean },
): Outcome {
  const { spec, status, metadata } = repo;
  const requeueAfter = parseDuration(spec.interval);
  const ready = findCondition(status?.conditions, 'Ready');
  const said =
    ready?.status === 'True' &&
    status?.observedGeneration === metadata.generation &&
    status?.artifact?.url === artifact.url &&
    status?.artifact?.revision === artifact.revision &&
    status?.artifact?.digest === artifact.digest;
  if (said && !isNew) return { kind: 'unchanged', requeueAfter };
  const message = `stored artifact for digest '${artifact.revision}'`;
  const recovered = findCondition(status?.conditions, 'FetchFailed') !== undefined;
  return {
    kind: 'ready',
    reason: 'Succeeded',
    message,
    requeueAfter,
    status: {
      artifact: artifact as unknown as JsonObject,
      observedIgnore: spec.ignore ?? null,
      observedLayerSelector: (spec.layerSelector as JsonObject | undefined) ?? null,
    },
    conditions: {
      ArtifactInStorage: { status: 'True', reason: 'Succeeded', message },
      FetchFailed: false,
      StorageOperationFailed: false,
      ArtifactOutdated: false,
    },
    ...(isNew || recovered ? { events: [note(repo, artifact, isNew)] } : {}),
  };
}

function note({ spec }: OCIRepository, artifact: Artifact, isNew: boolean): EventNote {
  const { revision, digest, metadata = {} } = artifact;
  const source = metadata['org.opencontainers.image.source'];
  const origin = metadata['org.opencontainers.image.revision'];
  const from = source && origin ? `, origin source '${source}', origin revision '${origin}'` : '';
  return {
    severity: 'info',
    reason: isNew ? 'NewArtifact' : 'Succeeded',
    message: `stored artifact with revision '${revision}' from '${spec.url}'${from}`,
    metadata: { revision, digest },
  };
}
