import type { Json, JsonObject } from '@millrace/json';
import { isTrue } from '../api/conditions.ts';
import { numberAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { formatIndexes, parseIndexes } from '../kinds/indexes.ts';
import type { FailureRuling } from './pod-failure-policy.ts';

/** How far the indexes of an indexed Job are. */
export interface JobIndexes {
  readonly completed: ReadonlySet<number>;
  /** Those that are not tried again; undefined where each has no limit of its own. */
  readonly failed?: ReadonlySet<number>;
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
  const isIn = (index: number) => index >= 0 && index < completions;
  const completed = new Set([...known(job, 'completedIndexes'), ...succeeded].filter(isIn));
  const limit = numberAt(job, 'spec', 'backoffLimitPerIndex');
  if (limit === undefined) return { completed };
  // Pods that go because the Job has failed say nothing about their indexes.
  const telling = isTrue(job, 'FailureTarget') ? [] : failures;
  const lost = telling.filter(
    ({ before, ruling }) => ruling.failsIndex || (ruling.counts && before >= limit),
  );
  const failed = new Set([...known(job, 'failedIndexes'), ...lost.map(({ index }) => index)].filter(isIn));
  for (const index of completed) failed.delete(index);
  return { completed, failed };
}

function known(job: JsonObject, field: string): Set<number> {
  return parseIndexes(textAt(job, 'status', field));
}

/** As a Job's status has them. */
export function indexStatus(indexes: JobIndexes | undefined): Record<string, Json | undefined> {
  return {
    completedIndexes: (indexes && formatIndexes(indexes.completed)) || undefined,
    failedIndexes: indexes?.failed && formatIndexes(indexes.failed),
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
    const asked = indexes === undefined ? undefined : parseIndexes(String(indexes));
    const done = asked ? [...asked].filter(each => completed.has(each)).length : completed.size;
    return done >= (numberAt(rule, 'succeededCount') ?? asked?.size ?? Number.POSITIVE_INFINITY);
  });
  return index < 0 ? undefined : index;
}
