import type { JsonObject } from '@millrace/json';
import { type FieldError, invalid, notSupported, required } from '@millrace/schema';
import { objectAt, textAt, valueAt } from '../api/tree.ts';
import { BadSchedule } from '../cron/field.ts';
import { parseSchedule } from '../cron/schedule.ts';
import { isTimeZone } from '../cron/zone.ts';
import { jobSpecProblems } from './job.ts';
import type { KindRules } from './kind-rules.ts';
import { nonNegative } from './validation/numbers.ts';

const concurrencyPolicies = ['Allow', 'Forbid', 'Replace'];
/** The name of a Job adds eleven characters and is itself a label. */
const longestName = 52;

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/cron-job-v1/ */
export const cronJobRules: KindRules = {
  problems(object, old) {
    const spec = objectAt(object, 'spec');
    const policy = textAt(spec, 'concurrencyPolicy');
    const name = textAt(object, 'metadata', 'name');
    const problems: FieldError[] = [
      ...scheduleProblems(spec, textAt(old, 'spec', 'schedule').includes('TZ')),
      ...nonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds'),
    ];
    if (!old || valueAt(old, 'spec', 'timeZone') !== spec.timeZone) problems.push(...zoneProblems(spec));
    if (!concurrencyPolicies.includes(policy))
      problems.push(notSupported('spec.concurrencyPolicy', policy, concurrencyPolicies));
    problems.push(...templateProblems(objectAt(spec, 'jobTemplate', 'spec')));
    problems.push(...nonNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit'));
    problems.push(...nonNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit'));
    if (!old && name.length > longestName)
      problems.push(invalid('metadata.name', name, `must be no more than ${longestName} characters`));
    return problems;
  },
};

/** A zone in the schedule is left to those that have had one for long. */
function scheduleProblems(spec: JsonObject, zoneAllowed: boolean): FieldError[] {
  const path = 'spec.schedule';
  const schedule = textAt(spec, 'schedule');
  if (schedule === '') return [required(path)];
  const problems: FieldError[] = [];
  try {
    parseSchedule(schedule);
  } catch (error) {
    if (!(error instanceof BadSchedule)) throw error;
    problems.push(invalid(path, schedule, error.message));
  }
  if (!schedule.includes('TZ')) return problems;
  if (!zoneAllowed) {
    const why = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    problems.push(invalid(path, schedule, why));
  } else if (spec.timeZone !== undefined) {
    const why = 'cannot use both timeZone field and TZ or CRON_TZ in schedule';
    problems.push(invalid(path, schedule, why));
  }
  return problems;
}

/** https://data.iana.org/time-zones/theory.html#naming */
function zoneProblems({ timeZone }: JsonObject): FieldError[] {
  const path = 'spec.timeZone';
  if (timeZone === undefined) return [];
  const zone = String(timeZone);
  if (zone === '') return [invalid(path, zone, 'timeZone must be nil or non-empty string')];
  const isPart = (part: string) => /^[A-Za-z.\-_0-9+]{1,14}$/.test(part) && !/^(\.|\.\.|-.*)$/.test(part);
  if (zone.toLowerCase() === 'local') {
    const why = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    return [invalid(path, zone, why)];
  }
  if (zone.split('/').every(isPart) && isTimeZone(zone)) return [];
  return [invalid(path, zone, `unknown time zone ${zone}`)];
}

function templateProblems(spec: JsonObject): FieldError[] {
  const path = 'spec.jobTemplate.spec';
  const problems = jobSpecProblems(spec, path);
  if (spec.selector !== undefined)
    problems.push(invalid(`${path}.selector`, spec.selector, '`selector` will be auto-generated'));
  if (spec.manualSelector === true)
    problems.push(notSupported(`${path}.manualSelector`, true, ['nil', 'false']));
  return problems;
}
