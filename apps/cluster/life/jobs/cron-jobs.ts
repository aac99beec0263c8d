import { clone, type JsonObject } from '@millrace/json';
import { timestamp } from '../../api/api.ts';
import { isTrue } from '../../api/conditions.ts';
import { ApiError } from '../../api/status.ts';
import { numberAt, objectAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';
import type { Visit } from '../../control/work-queue.ts';
import { BadSchedule } from '../../cron/field.ts';
import { parseSchedule, type Schedule } from '../../cron/schedule.ts';
import { zonedTimestamp } from '../../cron/zone.ts';
import { byController, controllerReference } from '../world/owners.ts';
import { record } from '../world/recorder.ts';
import type { World } from '../world/world.ts';
import { type DueTime, dueTime } from './due-time.ts';

const storage = 'batch/cronjobs';
const jobStorage = 'batch/jobs';

/**
 * Start Jobs when their CronJobs say so.
 * https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
 */
export function simulateCronJobs(world: World): void {
  const controller = world.as('cronjob-controller');
  world.reconcile(
    storage,
    cronJob => new Visiting(controller, cronJob).reconcile(),
    byController(jobStorage, 'CronJob'),
  );
}

/** One visit of a CronJob: what it finds out about its Jobs, and what it starts. */
class Visiting {
  readonly #world: World;
  readonly #cronJob: JsonObject;
  readonly #jobs: readonly JsonObject[];
  readonly #now: number;
  #active: JsonObject[];
  #lastSuccess: string;
  #lastSchedule: string;

  constructor(world: World, cronJob: JsonObject) {
    this.#world = world;
    this.#cronJob = cronJob;
    this.#jobs = world.owned(jobStorage, cronJob);
    this.#now = world.api.now().getTime();
    this.#active = objectsAt(cronJob, 'status', 'active');
    this.#lastSuccess = textAt(cronJob, 'status', 'lastSuccessfulTime');
    this.#lastSchedule = textAt(cronJob, 'status', 'lastScheduleTime');
  }

  reconcile(): Visit {
    this.#follow();
    const next = textAt(this.#cronJob, 'metadata', 'deletionTimestamp') ? undefined : this.#start();
    this.#forget('Complete', 'successfulJobsHistoryLimit');
    this.#forget('Failed', 'failedJobsHistoryLimit');
    this.#world.report(storage, this.#cronJob, {
      active: this.#active.length > 0 ? this.#active : undefined,
      lastScheduleTime: this.#lastSchedule || undefined,
      lastSuccessfulTime: this.#lastSuccess || undefined,
    });
    return next;
  }

  /** Take note of Jobs that ended or went. */
  #follow(): void {
    for (const job of this.#jobs) {
      const known = this.#active.some(({ uid }) => uid === valueAt(job, 'metadata', 'uid'));
      const end = endOf(job);
      if (!end && !known)
        this.#tell(
          'Warning',
          'UnexpectedJob',
          `Saw a job that the controller did not create or forgot: ${nameOf(job)}`,
        );
      if (end && known) {
        this.#drop(job);
        this.#tell('Normal', 'SawCompletedJob', `Saw completed job: ${nameOf(job)}, condition: ${end}`);
      }
      const completed = textAt(job, 'status', 'completionTime');
      if (end === 'Complete' && completed > this.#lastSuccess) this.#lastSuccess = completed;
    }
    for (const { uid, name } of this.#active) {
      if (this.#jobs.some(job => valueAt(job, 'metadata', 'uid') === uid)) continue;
      this.#active = this.#active.filter(each => each.uid !== uid);
      this.#tell('Normal', 'MissingJob', `Active job went missing: ${name}`);
    }
  }

  #start(): Visit {
    if (valueAt(this.#cronJob, 'spec', 'suspend') === true) return undefined;
    const schedule = this.#schedule();
    if (!schedule) return undefined;
    const due = dueTime(this.#cronJob, this.#now, schedule);
    if (due.problem) this.#tell('Warning', due.problem.reason, due.problem.message);
    if (due.time !== undefined && !this.#isPast(due.time, due)) {
      const refused = this.#run(due.time);
      if (refused) return 'retry';
    }
    return due.next === undefined ? undefined : due.next - this.#now;
  }

  #schedule(): Schedule | undefined {
    const text = textAt(this.#cronJob, 'spec', 'schedule');
    try {
      return parseSchedule(text, textAt(this.#cronJob, 'spec', 'timeZone') || undefined);
    } catch (error) {
      if (!(error instanceof BadSchedule)) throw error;
      const message = `unparseable schedule: ${JSON.stringify(text)} : ${error.message}`;
      this.#tell('Warning', 'UnparseableSchedule', message);
      return undefined;
    }
  }

  /** True when the time was seen to already, or is so long ago that nothing starts any more. */
  #isPast(time: number, { tooLate }: DueTime): boolean {
    if (tooLate) {
      const when = new Date(time).toUTCString().replace('GMT', '+0000');
      this.#tell('Warning', 'MissSchedule', `Missed scheduled time to start a job: ${when}`);
      return true;
    }
    const name = this.#nameAt(time);
    return this.#active.some(job => job.name === name) || this.#lastSchedule === timestamp(new Date(time));
  }

  /** Answers true when the Job could not be created. */
  #run(time: number): boolean {
    const policy = textAt(this.#cronJob, 'spec', 'concurrencyPolicy');
    if (policy === 'Forbid' && this.#active.length > 0) {
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      this.#tell('Normal', 'JobAlreadyActive', message);
      return false;
    }
    if (policy === 'Replace') {
      const running = new Set(this.#active.map(({ uid }) => uid));
      for (const job of this.#jobs.filter(each => running.has(valueAt(each, 'metadata', 'uid')!)))
        this.#delete(job);
    }
    const made = this.#world.createOrRefusal(jobStorage, this.#jobAt(time));
    if (made instanceof ApiError) {
      if (made.code === 409) return false;
      this.#tell('Warning', 'FailedCreate', `Error creating job: ${made.message}`);
      return true;
    }
    this.#tell('Normal', 'SuccessfulCreate', `Created job ${nameOf(made)}`);
    const { name, namespace, uid, resourceVersion } = objectAt(made, 'metadata') as Record<string, string>;
    this.#active = [
      ...this.#active,
      {
        kind: 'Job',
        namespace: namespace!,
        name: name!,
        uid: uid!,
        apiVersion: 'batch/v1',
        resourceVersion: resourceVersion!,
      },
    ];
    this.#lastSchedule = timestamp(new Date(time));
    return false;
  }

  /** The minute in the name keeps a Job from being started twice. */
  #nameAt(time: number): string {
    return `${nameOf(this.#cronJob)}-${Math.floor(time / 60_000)}`;
  }

  #jobAt(time: number): JsonObject {
    const { metadata, spec } = clone(objectAt(this.#cronJob, 'spec', 'jobTemplate'));
    const scheduled = zonedTimestamp(time, textAt(this.#cronJob, 'spec', 'timeZone') || 'UTC');
    const labels = objectAt(metadata, 'labels');
    return {
      metadata: {
        name: this.#nameAt(time),
        namespace: textAt(this.#cronJob, 'metadata', 'namespace'),
        ...(Object.keys(labels).length > 0 && { labels }),
        annotations: {
          ...objectAt(metadata, 'annotations'),
          'batch.kubernetes.io/cronjob-scheduled-timestamp': scheduled,
        },
        ownerReferences: [controllerReference(this.#cronJob)],
      },
      spec: spec ?? {},
    };
  }

  /** Of the Jobs that ended this way only the latest are kept. */
  #forget(end: string, limit: string): void {
    const most = numberAt(this.#cronJob, 'spec', limit);
    if (most === undefined) return;
    const ended = this.#jobs.filter(job => endOf(job) === end);
    const since = (job: JsonObject) => textAt(job, 'status', 'startTime') || '~';
    const oldestFirst = ended.sort((a, b) => order(since(a), since(b)) || order(nameOf(a), nameOf(b)));
    for (const job of oldestFirst.slice(0, Math.max(0, ended.length - most))) this.#delete(job);
  }

  #delete(job: JsonObject): void {
    this.#world.delete(jobStorage, job);
    this.#drop(job);
    this.#tell('Normal', 'SuccessfulDelete', `Deleted job ${nameOf(job)}`);
  }

  #drop(job: JsonObject): void {
    const uid = valueAt(job, 'metadata', 'uid');
    this.#active = this.#active.filter(each => each.uid !== uid);
  }

  #tell(type: 'Normal' | 'Warning', reason: string, message: string): void {
    record(this.#world, this.#cronJob, { type, reason, message });
  }
}

function endOf(job: JsonObject): 'Complete' | 'Failed' | undefined {
  if (isTrue(job, 'Complete')) return 'Complete';
  return isTrue(job, 'Failed') ? 'Failed' : undefined;
}

function nameOf(object: JsonObject): string {
  return textAt(object, 'metadata', 'name');
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
