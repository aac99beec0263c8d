import { BadDuration, parseDuration } from './duration.ts';
import { BadSchedule, type Bounds, type Field, parseField } from './field.ts';
import { isTimeZone, startOfDay, wallClock } from './zone.ts';

/** When something is to happen, again and again. */
export interface Schedule {
  /** The first time after an instant, in milliseconds; undefined when none comes within five years. */
  next(after: number): number | undefined;
}

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const bounds: readonly Bounds[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: months },
  { least: 0, most: 6, names: days },
];

const named: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const minute = 60_000;

/**
 * Read the schedule of a CronJob: five fields, `@hourly` and its like, or `@every 1h30m`; a zone in front (`TZ=`)
 * replaces the given one. Throws BadSchedule in upstream's words.
 * https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
 */
export function parseSchedule(text: string, zone = 'UTC'): Schedule {
  if (text === '') throw new BadSchedule('empty spec string');
  const prefix = /^(?:CRON_)?TZ=/.exec(text);
  if (!prefix) return parseBare(text, zone);
  const end = text.indexOf(' ');
  if (end === -1) throw new BadSchedule('invalid schedule format: no schedule follows the time zone');
  const own = text.slice(prefix[0].length, end);
  if (!isTimeZone(own)) throw new BadSchedule(`provided bad location ${own}: unknown time zone ${own}`);
  return parseBare(text.slice(end).trim(), own);
}

function parseBare(text: string, zone: string): Schedule {
  if (text.startsWith('@every ')) return every(text.slice('@every '.length));
  if (text.startsWith('@') && !Object.hasOwn(named, text))
    throw new BadSchedule(`unrecognized descriptor: ${text}`);
  const fields = (named[text] ?? text).split(/\s+/).filter(Boolean);
  if (fields.length !== 5)
    throw new BadSchedule(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  const [minutes, hours, dayOfMonth, month, dayOfWeek] = fields.map((field, i) =>
    parseField(field, bounds[i]!),
  ) as [Field, Field, Field, Field, Field];
  return { next: after => nextTime({ minutes, hours, dayOfMonth, month, dayOfWeek }, after, zone) };
}

function every(text: string): Schedule {
  try {
    const period = Math.max(1000, Math.floor(parseDuration(text) / 1000) * 1000);
    return { next: after => Math.floor(after / 1000) * 1000 + period };
  } catch (error) {
    if (error instanceof BadDuration)
      throw new BadSchedule(`failed to parse duration @every ${text}: ${error.message}`, { cause: error });
    throw error;
  }
}

interface Fields {
  readonly minutes: Field;
  readonly hours: Field;
  readonly dayOfMonth: Field;
  readonly month: Field;
  readonly dayOfWeek: Field;
}

/**
 * Goes through time in steps as large as the clock on the wall allows, so that an hour that is skipped has no run in
 * it and one that comes twice has two, as with upstream's library.
 */
function nextTime(fields: Fields, after: number, zone: string): number | undefined {
  let time = (Math.floor(after / minute) + 1) * minute;
  const lastYear = wallClock(time, zone).year + 5;
  for (;;) {
    const clock = wallClock(time, zone);
    if (clock.year > lastYear) return undefined;
    if (!fields.month.values.has(clock.month))
      time = Math.max(time + minute, startOfDay(clock.year, clock.month + 1, 1, zone));
    else if (!isDay(fields, clock.year, clock.month, clock.day))
      time = Math.max(time + minute, startOfDay(clock.year, clock.month, clock.day + 1, zone));
    else if (!fields.hours.values.has(clock.hour)) time += (60 - clock.minute) * minute;
    else if (!fields.minutes.values.has(clock.minute)) time += minute;
    else return time;
  }
}

/** Where both the day of the month and of the week are given, one of them is enough. */
function isDay({ dayOfMonth, dayOfWeek }: Fields, year: number, month: number, day: number): boolean {
  const inMonth = dayOfMonth.values.has(day);
  const inWeek = dayOfWeek.values.has(new Date(Date.UTC(year, month - 1, day)).getUTCDay());
  return dayOfMonth.open || dayOfWeek.open ? inMonth && inWeek : inMonth || inWeek;
}
