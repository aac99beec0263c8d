import type { JsonObject } from '@millrace/json';
import { timestamp } from '../api/api.ts';
import { type Condition, isTrue, withConditions } from '../api/conditions.ts';
import { randomSuffix } from '../api/names.ts';
import { numberAt, textAt, valueAt } from '../api/tree.ts';
import { failureOf } from './failure.ts';
import { byController } from './owners.ts';
import { record } from './recorder.ts';
import { createPod } from './replica-sets.ts';
import type { World } from './world.ts';

const storage = 'batch/jobs';

/** Run as many Pods as a Job needs, until enough have succeeded. */
export function simulateJobs(world: World): void {
  world.reconcile(storage, job => reconcile(world, job), byController('/pods', 'Job'));
}

function reconcile(world: World, job: JsonObject): void {
  if (textAt(job, 'metadata', 'deletionTimestamp') || isTrue(job, 'Complete') || isTrue(job, 'Failed'))
    return;
  if (valueAt(job, 'spec', 'suspend') === true) {
    suspend(world, job);
    return;
  }
  const wanted = numberAt(job, 'spec', 'completions') ?? 1;
  const parallel = numberAt(job, 'spec', 'parallelism') ?? 1;
  const phases = () => world.owned('/pods', job).map(pod => textAt(pod, 'status', 'phase'));
  const before = phases();
  const done = before.filter(phase => phase === 'Succeeded').length;
  const running = before.filter(phase => phase !== 'Succeeded' && phase !== 'Failed').length;
  for (let i = running; i < Math.min(parallel, wanted - done); i++) {
    createPod(world, world.as('job-controller'), job, `${textAt(job, 'metadata', 'name')}-${randomSuffix()}`);
  }
  report(world, job, done, wanted);
}

function report(world: World, job: JsonObject, succeeded: number, wanted: number): void {
  const now = timestamp(world.api.now());
  const pods = world.owned('/pods', job);
  const failing = pods.some(pod => failureOf(pod) === 'crash-loop');
  const active = pods.filter(pod => !['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase'))).length;
  const complete = succeeded >= wanted;
  const conditions: Condition[] = complete
    ? [
        {
          type: 'SuccessCriteriaMet',
          status: 'True',
          reason: 'CompletionsReached',
          message: 'Reached expected number of succeeded pods',
        },
        {
          type: 'Complete',
          status: 'True',
          reason: 'CompletionsReached',
          message: 'Reached expected number of succeeded pods',
        },
      ]
    : failing
      ? [
          {
            type: 'Failed',
            status: 'True',
            reason: 'BackoffLimitExceeded',
            message: 'Job has reached the specified backoff limit',
          },
        ]
      : [];
  recordEnd(world.as('job-controller'), job, conditions);
  world.report(storage, job, {
    startTime: textAt(job, 'status', 'startTime') || now,
    active: (failing ? 0 : active) || undefined,
    ready: pods.filter(pod => isTrue(pod, 'Ready')).length,
    terminating: 0,
    succeeded: succeeded || undefined,
    failed: failing ? active : undefined,
    uncountedTerminatedPods: {},
    ...(complete && { completionTime: now }),
    ...(conditions.length > 0 && { conditions: withConditions(job, conditions, now) }),
  });
}

function recordEnd(controller: World, job: JsonObject, conditions: readonly Condition[]): void {
  const last = conditions.at(-1);
  if (last?.type === 'Complete')
    record(controller, job, { type: 'Normal', reason: 'Completed', message: 'Job completed' });
  if (last?.type === 'Failed')
    record(controller, job, { type: 'Warning', reason: 'BackoffLimitExceeded', message: last.message ?? '' });
}

function suspend(world: World, job: JsonObject): void {
  for (const pod of world.owned('/pods', job)) world.delete('/pods', pod);
  const suspended: Condition = {
    type: 'Suspended',
    status: 'True',
    reason: 'JobSuspended',
    message: 'Job suspended',
  };
  world.report(storage, job, { conditions: withConditions(job, [suspended], timestamp(world.api.now())) });
}
