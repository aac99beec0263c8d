import type { JsonObject } from '@millrace/json';
import { type Condition, isTrue } from '../../api/conditions.ts';
import { numberAt, objectsAt, textAt } from '../../api/tree.ts';
import { type JobIndexes, metSuccessRule } from './job-indexes.ts';
import type { JobPods } from './job-pods.ts';

/** Why a Job is over, before its last Pods have gone. */
export interface Verdict {
  readonly type: 'SuccessCriteriaMet' | 'FailureTarget';
  readonly reason: string;
  readonly message: string;
}

const backoffLimitExceeded: Verdict = {
  type: 'FailureTarget',
  reason: 'BackoffLimitExceeded',
  message: 'Job has reached the specified backoff limit',
};

const deadlineExceeded: Verdict = {
  type: 'FailureTarget',
  reason: 'DeadlineExceeded',
  message: 'Job was active longer than specified deadline',
};

const maxFailedIndexesExceeded: Verdict = {
  type: 'FailureTarget',
  reason: 'MaxFailedIndexesExceeded',
  message: 'Job has exceeded the specified maximal number of failed indexes',
};

const failedIndexes: Verdict = {
  type: 'FailureTarget',
  reason: 'FailedIndexes',
  message: 'Job has failed indexes',
};

const completionsReached: Verdict = {
  type: 'SuccessCriteriaMet',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
};

/**
 * What a Job has come to; undefined while it goes on. A verdict that stands is not taken back.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup
 */
export function verdictOn(job: JsonObject, counted: JobPods, now: number): Verdict | undefined {
  const known = objectsAt(job, 'status', 'conditions').find(
    ({ type, status }) => (type === 'SuccessCriteriaMet' || type === 'FailureTarget') && status === 'True',
  );
  if (known) {
    const type = known.type === 'FailureTarget' ? 'FailureTarget' : 'SuccessCriteriaMet';
    return { type, reason: textAt(known, 'reason'), message: textAt(known, 'message') };
  }
  if (counted.fatal) return { type: 'FailureTarget', reason: 'PodFailurePolicy', message: counted.fatal };
  if (counted.failed > limitOf(job) || hasRestartedTooOften(job, counted)) return backoffLimitExceeded;
  const left = timeLeft(job, now);
  if (left !== undefined && left <= 0) return deadlineExceeded;
  const byIndexes = counted.indexes && verdictOnIndexes(job, counted.indexes);
  return byIndexes ?? (isEnough(job, counted) ? completionsReached : undefined);
}

function verdictOnIndexes(job: JsonObject, indexes: JobIndexes): Verdict | undefined {
  const { completed, failed = new Set() } = indexes;
  const most = numberAt(job, 'spec', 'maxFailedIndexes');
  if (most !== undefined && failed.size > most) return maxFailedIndexesExceeded;
  if (failed.size > 0 && failed.size + completed.size >= (numberAt(job, 'spec', 'completions') ?? 0))
    return failedIndexes;
  const rule = metSuccessRule(job, indexes);
  if (rule === undefined) return undefined;
  const message = `Matched rules at index ${rule}`;
  return { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message };
}

function limitOf(job: JsonObject): number {
  return numberAt(job, 'spec', 'backoffLimit') ?? 6;
}

/** Containers that are started again in their Pod count by their restarts. */
function hasRestartedTooOften(job: JsonObject, { active }: JobPods): boolean {
  if (textAt(job, 'spec', 'template', 'spec', 'restartPolicy') !== 'OnFailure') return false;
  const restarts = active
    .flatMap(pod => [
      ...objectsAt(pod, 'status', 'containerStatuses'),
      ...objectsAt(pod, 'status', 'initContainerStatuses'),
    ])
    .reduce((sum, status) => sum + (numberAt(status, 'restartCount') ?? 0), 0);
  const limit = limitOf(job);
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** Milliseconds until activeDeadlineSeconds are over; undefined without them. */
export function timeLeft(job: JsonObject, now: number): number | undefined {
  const seconds = numberAt(job, 'spec', 'activeDeadlineSeconds');
  const start = Date.parse(textAt(job, 'status', 'startTime'));
  if (seconds === undefined || Number.isNaN(start)) return undefined;
  return start + seconds * 1000 - now;
}

/** Without a number of completions one success is enough, once the other Pods have ended too. */
function isEnough(job: JsonObject, { active, succeeded }: JobPods): boolean {
  if (active.length > 0) return false;
  const completions = numberAt(job, 'spec', 'completions');
  return completions === undefined ? succeeded > 0 : succeeded >= completions;
}

/** The conditions by a verdict; the last one comes when no Pod is left to wait for. */
export function endConditions({ type, reason, message }: Verdict, isOver: boolean): Condition[] {
  const last = type === 'FailureTarget' ? 'Failed' : 'Complete';
  const first: Condition = { type, status: 'True', reason, message };
  return isOver ? [first, { type: last, status: 'True', reason, message }] : [first];
}

export function isFinished(job: JsonObject): boolean {
  return isTrue(job, 'Complete') || isTrue(job, 'Failed');
}
