import { goFunction } from '../function.ts';
import { durationProblem, durationText, parseDuration, roundDuration } from '../time/duration.ts';
import { parseTime } from '../time/parse.ts';
import {
  added,
  formatInstant,
  instantAt,
  nanosecondsSince1970,
  saturated,
  type TimeContext,
  TimeObject,
  zeroTime,
} from '../time/time-object.ts';
import { utc, zoneNamed } from '../time/zone.ts';
import { GoInt, type GoObject, type TemplateFunction, type Value } from '../value.ts';
import { parseDecimal } from './cast.ts';
import type { Surroundings } from './options.ts';

const second = 1_000_000_000n;

/** Dates by Go's layouts. Where Sprig gets something else than a time or an integer, it takes the present. */
export function dates(surroundings: Surroundings): Record<string, TemplateFunction> {
  const context = timeContext(surroundings);
  return {
    now: goFunction([], () => present(context)),
    ...formats(context),
    ...modifications(context),
    ...readings(context),
    ...spans(context),
  };
}

function timeContext({ clock, timeZone }: Surroundings): TimeContext {
  const zone = zoneNamed(timeZone, utc);
  if (!zone) throw new RangeError(`there is no time zone ${JSON.stringify(timeZone)}`);
  // Local time is told from UTC even where it is the same.
  const local = { ...zone };
  const nanoseconds = () => BigInt(Math.round(clock() * 1000)) * 1000n;
  let start: bigint | undefined;
  return {
    local,
    now: () => {
      const at = nanoseconds();
      start ??= at;
      return { instant: instantAt(at, local), monotonic: at - start };
    },
  };
}

function present(context: TimeContext): TimeObject {
  const { instant, monotonic } = context.now();
  return new TimeObject(instant, context, monotonic);
}

/** A time as it is, an integer as seconds since 1970. Undefined for anything else. */
function timeOf(context: TimeContext, value: Value): TimeObject | undefined {
  if (value instanceof TimeObject) return value;
  const isInt = value instanceof GoInt && (value.kind === 'int' || value.kind === 'int32');
  const seconds = typeof value === 'bigint' ? value : isInt ? value.value : undefined;
  return seconds === undefined
    ? undefined
    : new TimeObject(instantAt(seconds * second, context.local), context);
}

function formats(context: TimeContext): Record<string, TemplateFunction> {
  const format = (layout: string, value: Value, zone: string) => {
    const { instant } = timeOf(context, value) ?? present(context);
    return formatInstant({ ...instant, zone: zoneNamed(zone, context.local) ?? utc }, layout);
  };
  const dateInZone = goFunction(['string', 'interface {}', 'string'], format);
  return {
    date: goFunction(['string', 'interface {}'], (layout, value) => format(layout, value, 'Local')),
    dateInZone,
    date_in_zone: dateInZone,
    htmlDate: goFunction(['interface {}'], value => format('2006-01-02', value, 'Local')),
    htmlDateInZone: goFunction(['interface {}', 'string'], (value, zone) =>
      format('2006-01-02', value, zone),
    ),
  };
}

function modifications(context: TimeContext): Record<string, TemplateFunction> {
  const modify = (duration: string, time: GoObject) => {
    const { instant, monotonic } = time as TimeObject;
    const nanoseconds = parseDuration(duration);
    return nanoseconds === undefined ? undefined : added(instant, context, monotonic, nanoseconds);
  };
  const dateModify = goFunction(['string', 'time.Time'], (duration, time) => modify(duration, time) ?? time);
  const mustDateModify = goFunction(['string', 'time.Time'], (duration, time) => {
    const modified = modify(duration, time);
    if (modified) return modified;
    throw new Error(durationProblem(duration));
  });
  return { dateModify, date_modify: dateModify, mustDateModify, must_date_modify: mustDateModify };
}

function readings(context: TimeContext): Record<string, TemplateFunction> {
  const read = (layout: string, text: string) =>
    new TimeObject(parseTime(layout, text, context.local), context);
  return {
    mustToDate: goFunction(['string', 'string'], read),
    toDate: goFunction(['string', 'string'], (layout, text) => {
      try {
        return read(layout, text);
      } catch {
        return zeroTime(context);
      }
    }),
    unixEpoch: goFunction(['time.Time'], time => String((time as TimeObject).instant.seconds)),
  };
}

function spans(context: TimeContext): Record<string, TemplateFunction> {
  const since = (time: TimeObject) =>
    saturated(nanosecondsSince1970(context.now().instant) - nanosecondsSince1970(time.instant));
  return {
    ago: goFunction(['interface {}'], value => {
      // Here, unlike elsewhere, an int32 is none of the integers that Sprig knows.
      const time = value instanceof GoInt && value.kind === 'int32' ? undefined : timeOf(context, value);
      return durationText(time ? roundDuration(since(time), second) : 0n);
    }),
    duration: goFunction(['interface {}'], value => {
      const seconds =
        typeof value === 'string' ? parseDecimal(value) : typeof value === 'bigint' ? value : 0n;
      return durationText(BigInt.asIntN(64, seconds * second));
    }),
    durationRound: goFunction(['interface {}'], value => {
      if (value instanceof TimeObject) return largestUnit(since(value));
      if (typeof value === 'string') return largestUnit(parseDuration(value) ?? 0n);
      return largestUnit(typeof value === 'bigint' ? value : 0n);
    }),
  };
}

const hour = 3600n * second;
const units: readonly [string, bigint][] = [
  ['y', 24n * 365n * hour],
  ['mo', 24n * 30n * hour],
  ['d', 24n * hour],
  ['h', hour],
  ['m', 60n * second],
  ['s', second],
];

/** The whole number of the largest unit that it is more than. */
function largestUnit(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  for (const [name, unit] of units) if (size > unit) return `${size / unit}${name}`;
  return '0s';
}
