import type { Artifact } from '@millrace/api';
import { type ExtraConditions, Failed, findCondition, NotReady, Stalled } from '@millrace/controller';

/** What all sources have. */
export interface Source {
  metadata: { generation?: number };
  status?:
    | {
        artifact?: Artifact;
        observedGeneration?: number;
        conditions?: Parameters<typeof findCondition>[0];
      }
    | undefined;
}

/**
 * What it is that is tried again, for as long as it fails.
 * @param news what was found out before it failed
 *
 * Rule: ProgressiveStatus in fluxcd/pkg, runtime/reconcile, as source-controller v1.9.1 calls it.
 */
export function retrying({ metadata, status }: Source, news?: string): ExtraConditions {
  const { generation = 0 } = metadata;
  const { artifact, observedGeneration = 0 } = status ?? {};
  const quiet =
    observedGeneration === generation
      ? 'reconciliation in progress'
      : `processing object: new generation ${observedGeneration} -> ${generation}`;
  const building = `building artifact${news === undefined ? '' : `: ${news}`}`;
  const message = artifact && news === undefined ? quiet : building;
  return { Reconciling: { status: 'True', reason: 'ProgressingWithRetry', message } };
}

/** The same beside what a failure says already; nothing, where the object tells what is being done. */
export function toBeRetried(error: unknown, source: Source): unknown {
  if (!(error instanceof Failed) || error instanceof Stalled) return error;
  const { reason, message, options } = error;
  const isTold = findCondition(source.status?.conditions, 'Reconciling') !== undefined;
  if (isTold || options.conditions?.Reconciling !== undefined) return error;
  const more = { ...options, conditions: { ...retrying(source), ...options.conditions } };
  return error instanceof NotReady ? new NotReady(reason, message, more) : new Failed(reason, message, more);
}

/** What keeps a source from being reached, with the conditions that say so; what nobody can retry stays as it is. */
export function notReached(error: unknown, source: Source): unknown {
  if (!(error instanceof Failed) || error instanceof Stalled) return error;
  const { reason, message, options } = error;
  const FetchFailed = { status: 'True' as const, reason, message };
  return new Failed(reason, message, {
    ...options,
    conditions: { FetchFailed, ...retrying(source), ...options.conditions },
  });
}
