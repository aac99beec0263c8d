import type { JsonObject } from '@millrace/json';
import { timestamp } from '../../api/api.ts';
import { type Condition, isTrue, withConditions } from '../../api/conditions.ts';
import { numberAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';
import type { Visit } from '../../control/work-queue.ts';
import { byController } from '../world/owners.ts';
import { createPod, deletePod, isTerminating } from '../world/pod-control.ts';
import { record } from '../world/recorder.ts';
import type { World } from '../world/world.ts';
import { endConditions, isFinished, timeLeft, type Verdict, verdictOn } from './job-end.ts';
import { indexStatus } from './job-indexes.ts';
import {
  countPods,
  type JobPods,
  missingPods,
  podStorage,
  type Settled,
  settledOf,
  untrack,
  untrackOrphans,
} from './job-pods.ts';
import { pauseAfterIgnored } from './pod-failure-policy.ts';

const storage = 'batch/jobs';

/**
 * Run as many Pods as a Job needs, until enough have succeeded or too many failed. A Pod that failed is replaced at
 * once, without the waiting of upstream: rehearsals should not take minutes.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/
 */
export function simulateJobs(world: World): void {
  const controller = world.as('job-controller');
  const settled: Settled = new Set();
  const visit = (job: JsonObject) => reconcile(controller, job, settled);
  world.reconcile(storage, visit, byController(podStorage, 'Job'));
  untrackOrphans(controller);
}

function reconcile(controller: World, job: JsonObject, settled: Settled): Visit {
  // Other controllers may look after a Job, such as Kueue's.
  if (!['', 'kubernetes.io/job-controller'].includes(textAt(job, 'spec', 'managedBy'))) return undefined;
  const pods = controller.owned(podStorage, job);
  for (const pod of settledOf(pods, settled)) untrack(controller, pod, settled);
  if (isFinished(job)) {
    for (const pod of countPods(job, pods, settled).ended) untrack(controller, pod);
    return undefined;
  }
  const now = controller.api.now().getTime();
  const suspended = valueAt(job, 'spec', 'suspend') === true;
  const begun = suspended ? job : started(job, timestamp(controller.api.now()));
  const counted = countPods(begun, pods, settled);
  const verdict = verdictOn(begun, counted, now);
  const rest = pauseAfterIgnored(job, pods, now);
  let refused = false;
  if (verdict) stop(controller, job, counted, verdict);
  else if (!isTerminating(job) && (suspended || rest === 0))
    refused = manage(controller, begun, counted, suspended);
  report(controller, begun, counted, settled, verdict, suspended);
  if (refused) return 'retry';
  if (verdict || suspended) return undefined;
  const left = timeLeft(begun, now);
  return rest > 0 ? Math.min(rest, left ?? rest) : left;
}

/** Pods that a success leaves without work have not failed. */
function stop(controller: World, job: JsonObject, { active }: JobPods, { type }: Verdict): void {
  for (const pod of active) {
    if (type === 'SuccessCriteriaMet') untrack(controller, pod);
    deletePod(controller, job, pod);
  }
}

/** The time counts from when a Job last began or went on. */
function started(job: JsonObject, now: string): JsonObject {
  const resumes = isTrue(job, 'Suspended');
  if (textAt(job, 'status', 'startTime') && !resumes) return job;
  return { ...job, status: { ...(job.status as JsonObject | undefined), startTime: now } };
}

/** Bring the number of active Pods to what it should be. Answers true when some were refused. */
function manage(controller: World, job: JsonObject, counted: JobPods, suspended: boolean): boolean {
  const wanted = suspended ? 0 : wantedActive(job, counted);
  const notReadyFirst = [...counted.active].sort(
    (a, b) => Number(isTrue(a, 'Ready')) - Number(isTrue(b, 'Ready')),
  );
  for (const pod of notReadyFirst.slice(0, Math.max(0, counted.active.length - wanted))) {
    // A Pod that is not needed any more does not count as failed.
    untrack(controller, pod);
    deletePod(controller, job, pod);
  }
  for (const pod of missingPods(job, controller.owned(podStorage, job), counted, wanted))
    if (createPod(controller, job, pod)) return true;
  return false;
}

function wantedActive(job: JsonObject, { active, succeeded }: JobPods): number {
  const parallelism = numberAt(job, 'spec', 'parallelism') ?? 1;
  const completions = numberAt(job, 'spec', 'completions');
  if (completions === undefined) return succeeded > 0 ? Math.min(active.length, parallelism) : parallelism;
  return Math.min(parallelism, completions - succeeded);
}

function report(
  controller: World,
  job: JsonObject,
  counted: JobPods,
  settled: Settled,
  verdict: Verdict | undefined,
  suspended: boolean,
): void {
  const now = timestamp(controller.api.now());
  const pods = controller.owned(podStorage, job);
  const after = countPods(job, pods, settled);
  const isOver = verdict !== undefined && after.active.length === 0 && after.terminating.length === 0;
  const conditions = verdict ? endConditions(verdict, isOver) : suspension(controller, job, suspended);
  const isWritten = controller.report(storage, job, {
    startTime: suspended && !verdict ? undefined : textAt(job, 'status', 'startTime') || undefined,
    active: after.active.length || undefined,
    ready: after.active.filter(pod => isTrue(pod, 'Ready')).length,
    terminating: after.terminating.length,
    succeeded: after.succeeded || undefined,
    failed: after.failed || undefined,
    // Pods that go because of the verdict say nothing about their indexes.
    ...indexStatus(verdict ? counted.indexes : after.indexes),
    uncountedTerminatedPods: {},
    ...(isOver && verdict.type === 'SuccessCriteriaMet' && { completionTime: now }),
    ...(conditions.length > 0 && { conditions: probed(job, conditions, now) }),
  });
  if (!isWritten) return;
  if (isOver) recordEnd(controller, job, verdict);
  const done = [...counted.ended, ...after.ended];
  for (const pod of done) settled.add(textAt(pod, 'metadata', 'uid'));
  for (const pod of done) untrack(controller, pod, settled);
}

/** Conditions of Jobs also say when they were looked at. */
function probed(job: JsonObject, conditions: readonly Condition[], now: string): JsonObject[] {
  const all = withConditions(job, conditions, now) as JsonObject[];
  return all.map(condition => ({ lastProbeTime: condition.lastProbeTime ?? now, ...condition }));
}

function recordEnd(controller: World, job: JsonObject, { type, reason, message }: Verdict): void {
  if (type === 'FailureTarget') record(controller, job, { type: 'Warning', reason, message });
  else record(controller, job, { type: 'Normal', reason: 'Completed', message: 'Job completed' });
}

function suspension(controller: World, job: JsonObject, suspended: boolean): Condition[] {
  const known = objectsAt(job, 'status', 'conditions').find(({ type }) => type === 'Suspended');
  if (suspended ? known?.status === 'True' : known?.status !== 'True') return [];
  const [status, reason, message] = suspended
    ? (['True', 'JobSuspended', 'Job suspended'] as const)
    : (['False', 'JobResumed', 'Job resumed'] as const);
  record(controller, job, { type: 'Normal', reason: suspended ? 'Suspended' : 'Resumed', message });
  return [{ type: 'Suspended', status, reason, message }];
}
