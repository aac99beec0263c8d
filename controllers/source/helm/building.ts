import type { Artifact } from '@millrace/api';
import type { ExtraConditions } from '@millrace/controller';

/** As long as there is no artifact at all, who waits for one is told that it is being worked on, as in Flux. */
export function stillBuilding(status: { artifact?: Artifact } | undefined): ExtraConditions {
  if (status?.artifact) return {};
  const message = 'building artifact';
  return { Reconciling: { status: 'True', reason: 'ProgressingWithRetry', message } };
}
