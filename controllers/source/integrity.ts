import type { Artifact } from '@millrace/api';
import type { Storage } from '@millrace/artifact';
import type { Operation, Visit } from '@millrace/controller';

interface Source {
  status?: { artifact?: Artifact } | undefined;
}

/**
 * The work of an operation, which begins by telling of an artifact that is not what its digest says; it is made again
 * then. No visit can tell: the store may hold what an operation has just made, of which the object does not know yet.
 */
export function afterCheck<R>(
  { status }: Source,
  storage: Storage,
  visit: Visit,
  work: Operation<R>['work'],
): Operation<R>['work'] {
  return async (signal, say) => {
    const { artifact } = status ?? {};
    if (artifact && (await storage.examine(artifact.path, artifact.digest)) === 'changed')
      visit.note({
        severity: 'error',
        reason: 'ArtifactVerificationFailed',
        message: `failed to verify integrity of artifact: computed digest doesn't match '${artifact.digest}'`,
      });
    return work(signal, say);
  };
}
