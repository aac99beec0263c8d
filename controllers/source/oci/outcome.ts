import { type Artifact, type OCIRepository, parseDuration } from '@millrace/api';
import { type EventNote, type ExtraConditions, findCondition, type Outcome } from '@millrace/controller';
import type { JsonObject } from '@millrace/json';
import type { Found } from './deps.ts';

/** What is said of an artifact that is on offer; nothing, where that has been said. */
export function success(repo: OCIRepository, { artifact, isNew, verified }: Found): Outcome {
  const { spec, status } = repo;
  const requeueAfter = parseDuration(spec.interval);
  if (isSaid(repo, artifact) && !isNew && verified === undefined) return { kind: 'unchanged', requeueAfter };
  const message = `stored artifact for digest '${artifact.revision}'`;
  const recovered = ['FetchFailed', 'StorageOperationFailed'].some(type =>
    findCondition(status?.conditions, type),
  );
  return {
    kind: 'ready',
    reason: 'Succeeded',
    message,
    requeueAfter,
    status: observed(repo, artifact),
    conditions: {
      ArtifactInStorage: { status: 'True', reason: 'Succeeded', message },
      ArtifactOutdated: false,
      FetchFailed: false,
      StorageOperationFailed: false,
      ...verification(repo, verified),
    },
    ...(isNew || recovered ? { events: [note(repo, artifact, isNew)] } : {}),
  };
}

/** What the status tells of an artifact, and of what it was made by. */
export function observed({ spec }: OCIRepository, artifact: Artifact): JsonObject {
  const { url } = artifact;
  return {
    artifact: artifact as unknown as JsonObject,
    observedIgnore: spec.ignore ?? null,
    observedLayerSelector: (spec.layerSelector as JsonObject | undefined) ?? null,
    url: `${url.slice(0, url.lastIndexOf('/'))}/latest.tar.gz`,
  };
}

function isSaid({ spec, status, metadata }: OCIRepository, artifact: Artifact): boolean {
  const ready = findCondition(status?.conditions, 'Ready');
  return (
    ready?.status === 'True' &&
    status?.observedGeneration === metadata.generation &&
    status?.artifact?.url === artifact.url &&
    status?.artifact?.revision === artifact.revision &&
    status?.artifact?.digest === artifact.digest &&
    (spec.verify !== undefined || findCondition(status?.conditions, 'SourceVerified') === undefined)
  );
}

/** Of a signature that was not asked for again, what was said of it stays. */
function verification({ spec, status }: OCIRepository, verified: string | undefined): ExtraConditions {
  if (verified !== undefined)
    return { SourceVerified: { status: 'True', reason: 'Succeeded', message: verified } };
  const before = findCondition(status?.conditions, 'SourceVerified');
  return !spec.verify || before?.status === 'False' ? { SourceVerified: false } : {};
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
