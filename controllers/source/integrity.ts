import type { Artifact } from '@millrace/api';
import type { Storage } from '@millrace/artifact';
import type { Visit } from '@millrace/controller';

/** An artifact that is not what its digest says is told and thrown away: it is made again. */
export async function discardDamaged(
  { status }: { status?: { artifact?: Artifact } | undefined },
  storage: Storage,
  visit: Visit,
): Promise<void> {
  const { artifact } = status ?? {};
  if (!artifact || (await storage.examine(artifact.path, artifact.digest)) !== 'changed') return;
  visit.note({
    severity: 'error',
    reason: 'ArtifactVerificationFailed',
    message: `failed to verify integrity of artifact: computed digest doesn't match '${artifact.digest}'`,
  });
  await storage.discard(artifact.path);
}
