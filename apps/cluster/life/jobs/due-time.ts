import type { JsonObject } from '@millrace/json';
import { numberAt, textAt } from '../../api/tree.ts';
import type { Schedule } from '../../cron/schedule.ts';

/** Where a CronJob stands in its schedule. Times are in milliseconds. */
export interface DueTime {
  /** The latest time at which a Job should have started and for which none did. */
  readonly time?: number;
  /** True when startingDeadlineSeconds are over since then. */
  readonly tooLate: boolean;
  /** When to look again; undefined when the schedule never comes round. */
  readonly next?: number;
  readonly problem?: { readonly reason: string; readonly message: string };
}

/** More missed starts than this are worth a warning. */
const many = 100;
/** The next visit comes a little after its time, for clocks that do not agree. */
const margin = 100;

/**
 * Of several missed times only the latest counts.
 * https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#starting-deadline
 */
export function dueTime(cronJob: JsonObject, now: number, schedule: Schedule): DueTime {
  const last =
    textAt(cronJob, 'status', 'lastScheduleTime') || textAt(cronJob, 'metadata', 'creationTimestamp');
  const deadline = numberAt(cronJob, 'spec', 'startingDeadlineSeconds');
  const since = Date.parse(last);
  const earliest = deadline === undefined ? since : Math.max(since, now - deadline * 1000);
  const { time, missed } = latest(schedule, earliest, now);
  const upcoming = schedule.next(time ?? (missed > 0 ? now : since));
  const next =
    upcoming === undefined ? undefined : Math.max(upcoming, schedule.next(now) ?? upcoming) + margin;
  return {
    ...(time !== undefined && { time }),
    tooLate: time !== undefined && deadline !== undefined && time + deadline * 1000 < now,
    ...(next !== undefined && { next }),
    ...(missed > many && { problem: tooManyMissed }),
    ...(schedule.next(earliest) === undefined && { problem: neverDue(textAt(cronJob, 'spec', 'schedule')) }),
  };
}

/** Of a time that never comes, such as 31 February, upstream thinks that it comes without a break. */
const neverDue = (schedule: string) => ({
  reason: 'InvalidSchedule',
  message: `invalid schedule: ${schedule} : time difference between two schedules is less than 1 second`,
});

const tooManyMissed = {
  reason: 'TooManyMissedTimes',
  message: 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
};

/** The latest time of a schedule after one instant and not after another, found without going through all of them. */
function latest(schedule: Schedule, after: number, now: number): { time?: number; missed: number } {
  const first = schedule.next(after);
  if (first === undefined || first > now) return { missed: 0 };
  const second = schedule.next(first);
  if (second === undefined || second > now) return { time: first, missed: 1 };
  const period = second - first;
  const missed = Math.floor((now - first) / period) + 1;
  // `@every` counts from the last time, so whole periods are what may be left out.
  let time = first + (missed - 2) * period;
  for (let next = schedule.next(time); next !== undefined && next <= now; next = schedule.next(next))
    time = next;
  return { time, missed };
}
