import { goFunction } from '../function.ts';
import { GoObject, goInt, type TemplateFunction } from '../value.ts';
import { civilOf, dayNames, monthNames, secondsOf, weekdayOf, yearDayOf } from './civil.ts';
import { durationObject, nanosecondsOf } from './duration.ts';
import { formatTime } from './format.ts';
import type { Instant } from './parse.ts';
import { quoted } from './quoted.ts';
import { momentOf, utc, type Zone } from './zone.ts';

const billion = 1_000_000_000n;

/** What times share that are told apart by nothing but when and where. */
export interface TimeContext {
  local: Zone;
  /** Nanoseconds since the program began, which `now` notes beside the time. */
  now: () => { instant: Instant; monotonic: bigint };
}

/** A time.Time. */
export class TimeObject extends GoObject {
  readonly instant: Instant;
  readonly monotonic: bigint | undefined;

  constructor(instant: Instant, context: TimeContext, monotonic?: bigint) {
    const text = () => timeText(instant) + monotonicText(monotonic);
    super({
      type: 'time.Time',
      kind: 'struct',
      text,
      goText: () => sourceText(instant, context),
      marshalText: () => formatInstant(instant, '2006-01-02T15:04:05.999999999Z07:00'),
      unexported: { at: nanosecondsSince1970(instant), zone: instant.zone.name },
      methods: {
        ...reading(instant, text),
        ...dating(instant),
        ...telling(instant, context),
        ...moving(instant, context, monotonic),
        ...comparing(instant),
      },
    });
    this.instant = instant;
    this.monotonic = monotonic;
  }
}

export function zeroTime(context: TimeContext): TimeObject {
  return new TimeObject({ ...zeroInstant, zone: utc }, context);
}

/** January 1 of the year 1. */
const zeroInstant = { seconds: -62_135_596_800, nanoseconds: 0 };

export function nanosecondsSince1970({ seconds, nanoseconds }: Instant): bigint {
  return BigInt(seconds) * billion + BigInt(nanoseconds);
}

export function instantAt(nanoseconds: bigint, zone: Zone): Instant {
  const rest = ((nanoseconds % billion) + billion) % billion;
  return { seconds: Number((nanoseconds - rest) / billion), nanoseconds: Number(rest), zone };
}

/** time.Time's Format. */
export function formatInstant({ seconds, nanoseconds, zone }: Instant, layout: string): string {
  return formatTime({ seconds, nanoseconds, zone: zone.at(seconds) }, layout);
}

function timeText(instant: Instant): string {
  return formatInstant(instant, '2006-01-02 15:04:05.999999999 -0700 MST');
}

/** The expression of Go that makes the time. */
function sourceText(instant: Instant, { local }: TimeContext): string {
  const { zone, nanoseconds } = instant;
  const { year, month, day, hour, minute, second } = civilOf(shownSeconds(instant));
  const place =
    zone === utc ? 'time.UTC' : zone === local ? 'time.Local' : `time.Location(${quoted(zone.name)})`;
  const parts = [year, `time.${monthNames[month - 1]}`, day, hour, minute, second, nanoseconds, place];
  return `time.Date(${parts.join(', ')})`;
}

function monotonicText(monotonic: bigint | undefined): string {
  if (monotonic === undefined) return '';
  const size = monotonic < 0n ? -monotonic : monotonic;
  const fraction = String(size % billion).padStart(9, '0');
  return ` m=${monotonic < 0n ? '-' : '+'}${size / billion}.${fraction}`;
}

/** Seconds since 1970 that a clock in UTC would show the same time at. */
function shownSeconds({ seconds, zone }: Instant): number {
  return seconds + zone.at(seconds).offset;
}

function named(type: string, value: number, names: readonly string[], first: number): GoObject {
  const text = () => names[value - first]!;
  return new GoObject({
    type,
    kind: 'int',
    base: goInt(value),
    text,
    methods: { String: goFunction([], text) },
  });
}

function int64(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

function reading(instant: Instant, text: () => string): Record<string, TemplateFunction> {
  const nanoseconds = nanosecondsSince1970(instant);
  return {
    Format: goFunction(['string'], layout => formatInstant(instant, layout)),
    String: goFunction([], text),
    Unix: goFunction([], () => BigInt(instant.seconds)),
    UnixMilli: goFunction([], () => int64(floored(nanoseconds, 1_000_000n))),
    UnixMicro: goFunction([], () => int64(floored(nanoseconds, 1000n))),
    UnixNano: goFunction([], () => int64(nanoseconds)),
    IsZero: goFunction([], () => instant.seconds === zeroInstant.seconds && instant.nanoseconds === 0),
    IsDST: goFunction([], () => isSummerTime(instant)),
  };
}

function floored(value: bigint, unit: bigint): bigint {
  return (value - (((value % unit) + unit) % unit)) / unit;
}

/** Whether the clocks are ahead of what they show at another season. */
function isSummerTime({ seconds, zone }: Instant): boolean {
  const { year } = civilOf(seconds);
  const offsets = [1, 7].map(
    month => zone.at(secondsOf({ year, month, day: 1, hour: 0, minute: 0, second: 0 })).offset,
  );
  return zone.at(seconds).offset > Math.min(...offsets);
}

function dating(instant: Instant): Record<string, TemplateFunction> {
  const shown = shownSeconds(instant);
  const part = (value: () => number) => goFunction([], () => goInt(value()));
  return {
    Year: part(() => civilOf(shown).year),
    Month: goFunction([], () => named('time.Month', civilOf(shown).month, monthNames, 1)),
    Day: part(() => civilOf(shown).day),
    Weekday: goFunction([], () => named('time.Weekday', weekdayOf(shown), dayNames, 0)),
    YearDay: part(() => yearDayOf(shown)),
    Hour: part(() => civilOf(shown).hour),
    Minute: part(() => civilOf(shown).minute),
    Second: part(() => civilOf(shown).second),
    Nanosecond: part(() => instant.nanoseconds),
  };
}

/** The same moment told elsewhere. */
function telling(instant: Instant, context: TimeContext): Record<string, TemplateFunction> {
  const told = (zone: Zone) => new TimeObject({ ...instant, zone }, context);
  return {
    UTC: goFunction([], () => told(utc)),
    Local: goFunction([], () => told(context.local)),
    In: goFunction(['*time.Location'], location => told((location as Location).zone)),
    Location: goFunction([], () => new Location(instant.zone)),
  };
}

class Location extends GoObject {
  readonly zone: Zone;

  constructor(zone: Zone) {
    const text = () => zone.name;
    super({ type: '*time.Location', kind: 'ptr', text, methods: { String: goFunction([], text) } });
    this.zone = zone;
  }
}

function moving(
  instant: Instant,
  context: TimeContext,
  monotonic: bigint | undefined,
): Record<string, TemplateFunction> {
  return {
    Add: goFunction(['interface {}'], by => added(instant, context, monotonic, nanosecondsOf(by))),
    AddDate: goFunction(['int', 'int', 'int'], (years, months, days) => {
      const civil = civilOf(shownSeconds(instant));
      const moved = {
        ...civil,
        year: civil.year + years,
        month: civil.month + months,
        day: civil.day + days,
      };
      return new TimeObject({ ...instant, seconds: momentOf(secondsOf(moved), instant.zone) }, context);
    }),
    Round: goFunction(['interface {}'], to => toMultiple(instant, context, nanosecondsOf(to), true)),
    Truncate: goFunction(['interface {}'], to => toMultiple(instant, context, nanosecondsOf(to), false)),
  };
}

/** The time so many nanoseconds later. */
export function added(
  instant: Instant,
  context: TimeContext,
  monotonic: bigint | undefined,
  nanoseconds: bigint,
): TimeObject {
  const moved = instantAt(nanosecondsSince1970(instant) + nanoseconds, instant.zone);
  return new TimeObject(moved, context, monotonic === undefined ? undefined : monotonic + nanoseconds);
}

/** Multiples are counted from the year 1 on. */
function toMultiple(instant: Instant, context: TimeContext, of: bigint, toNearest: boolean): TimeObject {
  if (of <= 0n) return new TimeObject(instant, context);
  const since = nanosecondsSince1970(instant) - BigInt(zeroInstant.seconds) * billion;
  const rest = ((since % of) + of) % of;
  const up = toNearest && rest + rest >= of ? of : 0n;
  return new TimeObject(instantAt(nanosecondsSince1970(instant) - rest + up, instant.zone), context);
}

function comparing(instant: Instant): Record<string, TemplateFunction> {
  const own = nanosecondsSince1970(instant);
  const difference = (other: GoObject) => own - nanosecondsSince1970((other as TimeObject).instant);
  return {
    Sub: goFunction(['time.Time'], other => durationObject(saturated(difference(other)))),
    Before: goFunction(['time.Time'], other => difference(other) < 0n),
    After: goFunction(['time.Time'], other => difference(other) > 0n),
    Equal: goFunction(['time.Time'], other => difference(other) === 0n),
    Compare: goFunction(['time.Time'], other =>
      goInt(difference(other) < 0n ? -1 : difference(other) > 0n ? 1 : 0),
    ),
  };
}

/** The longest duration for what would be longer. */
export function saturated(nanoseconds: bigint): bigint {
  const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];
  return nanoseconds < least ? least : nanoseconds > most ? most : nanoseconds;
}
