import type { Kustomization } from '@millrace/api';
import { findCondition } from '@millrace/controller';
import type { SourceState } from './source.ts';

/** Whether the object says already that it is ready for the revision of the source, and for its own spec. */
export function isSaid({ metadata, status }: Kustomization, { revision }: SourceState): boolean {
  return (
    findCondition(status?.conditions, 'Ready')?.status === 'True' &&
    status?.observedGeneration === metadata.generation &&
    status?.lastAppliedRevision === revision
  );
}
