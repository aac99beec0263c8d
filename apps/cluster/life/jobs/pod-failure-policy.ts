import type { JsonObject } from '@millrace/json';
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../../api/tree.ts';

/** What a Job makes of a Pod that failed. */
export interface FailureRuling {
  /** It counts towards the backoff limit. */
  readonly counts: boolean;
  /** Its index is not tried again. */
  readonly failsIndex?: boolean;
  /** Why the Job is to fail at once. */
  readonly fails?: string;
}

/**
 * The first rule that fits decides.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
 */
export function rulingOn(job: JsonObject, pod: JsonObject): FailureRuling {
  for (const [index, rule] of objectsAt(job, 'spec', 'podFailurePolicy', 'rules').entries()) {
    const what = matchOf(rule, pod);
    if (what === undefined) continue;
    const action = textAt(rule, 'action');
    if (action === 'FailJob')
      return { counts: true, fails: `${what} matching FailJob rule at index ${index}` };
    return { counts: action !== 'Ignore', failsIndex: action === 'FailIndex' };
  }
  return { counts: true };
}

/** What of a Pod a rule is about; undefined when it is about nothing of it. */
function matchOf(rule: JsonObject, pod: JsonObject): string | undefined {
  const place = `${textAt(pod, 'metadata', 'namespace')}/${textAt(pod, 'metadata', 'name')}`;
  if (rule.onExitCodes !== undefined) {
    const status = exitOf(objectAt(rule, 'onExitCodes'), pod);
    const code = numberAt(status, 'state', 'terminated', 'exitCode');
    return status && `Container ${textAt(status, 'name')} for pod ${place} failed with exit code ${code}`;
  }
  const condition = objectsAt(pod, 'status', 'conditions').find(({ type, status }) =>
    objectsAt(rule, 'onPodConditions').some(
      pattern => pattern.type === type && (pattern.status ?? 'True') === status,
    ),
  );
  return condition && `Pod ${place} has condition ${condition.type}`;
}

/** A container that ended with one of the codes, or with none of them; success never matches. */
function exitOf(asked: JsonObject, pod: JsonObject): JsonObject | undefined {
  const statuses = [
    ...objectsAt(pod, 'status', 'containerStatuses'),
    ...objectsAt(pod, 'status', 'initContainerStatuses'),
  ];
  return statuses.find(status => {
    const code = numberAt(status, 'state', 'terminated', 'exitCode') ?? 0;
    if (code === 0 || (asked.containerName !== undefined && asked.containerName !== status.name))
      return false;
    return listAt(asked, 'values').includes(code) === (asked.operator === 'In');
  });
}

/** Failures that do not count could go on for ever: after each one a Job waits as upstream does after its first. */
const pause = 10_000;

/** Milliseconds until a Job may replace a Pod whose failure its policy ignored; 0 when it may now. */
export function pauseAfterIgnored(job: JsonObject, pods: readonly JsonObject[], now: number): number {
  if (objectAt(job, 'spec').podFailurePolicy === undefined) return 0;
  const ends = pods
    .filter(pod => textAt(pod, 'status', 'phase') === 'Failed' && !rulingOn(job, pod).counts)
    .flatMap(pod => objectsAt(pod, 'status', 'containerStatuses'))
    .map(status => Date.parse(textAt(status, 'state', 'terminated', 'finishedAt')))
    .filter(end => !Number.isNaN(end));
  return Math.max(0, ...ends.map(end => end + pause - now));
}
