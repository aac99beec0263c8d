import { formatDuration, type Kustomization } from '@millrace/api';
import { timestamp } from '@millrace/controller';

type Entry = NonNullable<NonNullable<Kustomization['status']>['history']>[number];

/** status.history keeps the last five different results. */
const limit = 5;

/**
 * The history with one more reconcile, newest first. A reconcile with the same digest and status as the newest
 * counts that one up.
 */
export function withReconcile(
  history: Entry[],
  result: { digest: string; status: string; duration: number; now: Date; metadata: Record<string, string> },
): Entry[] {
  const same = (entry: Entry) =>
    entry.digest === result.digest && entry.lastReconciledStatus === result.status;
  const before = history.find(same);
  const entry: Entry = {
    digest: result.digest,
    firstReconciled: before?.firstReconciled ?? timestamp(result.now),
    lastReconciled: timestamp(result.now),
    lastReconciledDuration: formatDuration(result.duration),
    lastReconciledStatus: result.status,
    totalReconciliations: (before?.totalReconciliations ?? 0) + 1,
    metadata: result.metadata,
  };
  return [entry, ...history.filter(other => !same(other))].slice(0, limit);
}
