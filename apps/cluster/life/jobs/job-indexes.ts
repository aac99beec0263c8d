import type { Json, JsonObject } from '@millrace/json';
import { isTrue } from '../../api/conditions.ts';
import { numberAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';
import { Indexes } from '../../kinds/indexes.ts';
import type { FailureRuling } from './pod-failure-policy.ts';

/** How far the indexes of an indexed Job are. */
export interface JobIndexes {
  readonly completed: Indexes;
  /** Those that are not tried again; undefined where each has no limit of its own. */
  readonly failed?: Indexes;
}

/** A Pod of an index that failed; `before` is how often the index had failed already. */
export interface IndexFailure {
  readonly index: number;
  readonly before: number;
  readonly ruling: FailureRuling;
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#backoff-limit-per-index */
export function countIndexes(
  job: JsonObject,
  succeeded: readonly number[],
  failures: readonly IndexFailure[],
): JobIndexes {
  const completions = numberAt(job, 'spec', 'completions') ?? 0;
  const completed = known(job, 'completedIndexes').and(Indexes.of(succeeded)).below(completions);
  const limit = numberAt(job, 'spec', 'backoffLimitPerIndex');
  if (limit === undefined) return { completed };
  // Pods that go because the Job has failed say nothing about their indexes.
  const telling = isTrue(job, 'FailureTarget') ? [] : failures;
  const lost = telling.filter(
    ({ before, ruling }) => ruling.failsIndex || (ruling.counts && before >= limit),
  );
  const failed = known(job, 'failedIndexes').and(Indexes.of(lost.map(({ index }) => index)));
  return { completed, failed: failed.below(completions).without(completed) };
}

function known(job: JsonObject, field: string): Indexes {
  return Indexes.parse(textAt(job, 'status', field));
}

/** As a Job's status has them. */
export function indexStatus(indexes: JobIndexes | undefined): Record<string, Json | undefined> {
  return {
    completedIndexes: indexes?.completed.toString() || undefined,
    failedIndexes: indexes?.failed?.toString(),
  };
}

/**
 * The first rule of the success policy that is met: then the Job has succeeded, whatever else runs.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#success-policy
 */
export function metSuccessRule(job: JsonObject, { completed }: JobIndexes): number | undefined {
  const rules = objectsAt(job, 'spec', 'successPolicy', 'rules');
  const index = rules.findIndex(rule => {
    const indexes = valueAt(rule, 'succeededIndexes');
    const asked = indexes === undefined ? undefined : Indexes.parse(String(indexes));
    const done = asked ? asked.size - asked.without(completed).size : completed.size;
    return done >= (numberAt(rule, 'succeededCount') ?? asked?.size ?? Number.POSITIVE_INFINITY);
  });
  return index < 0 ? undefined : index;
}
