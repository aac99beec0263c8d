import { parseGoDuration } from '@millrace/schema';
import { Duration, Timestamp } from './value.ts';

const second = 1_000_000_000n;
const maxDuration = (1n << 63n) - 1n;

/** From year 1 to the end of year 9999, as the language has it. */
const firstInstant = -62135596800n * second;
const lastInstant = 253402300800n * second - 1n;

/** A duration as Go writes it: `1h30m`, `-1.5s`, `0`. Undefined for other texts. */
export function parseDuration(text: string): Duration | undefined {
  const nanos = parseGoDuration(text);
  return nanos === undefined ? undefined : new Duration(nanos);
}

/** As `string()` prints a duration: seconds with the fraction that is needed. */
export function durationText({ nanos }: Duration): string {
  const absolute = nanos < 0n ? -nanos : nanos;
  const fraction = String(absolute % second)
    .padStart(9, '0')
    .replace(/(?<!0)0+$/, '');
  return `${nanos < 0n ? '-' : ''}${absolute / second}${fraction && `.${fraction}`}s`;
}

export function fitsDuration(nanos: bigint): boolean {
  return nanos <= maxDuration && nanos >= -maxDuration - 1n;
}

export function fitsTimestamp(nanos: bigint): boolean {
  return nanos >= firstInstant && nanos <= lastInstant;
}

const instant = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/;

/** A point in time as RFC 3339 writes it; undefined for other texts and for days that do not exist. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = instant.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, seconds] = match.slice(1, 7).map(Number) as number[];
  const millis = utcMillis(year!, month!, day!);
  if (millis === undefined || hour! > 23 || minute! > 59 || seconds! > 59) return undefined;
  const zone = match[8]!;
  const offset =
    zone === 'Z' ? 0 : Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)));
  if (zone !== 'Z' && (Number(zone.slice(1, 3)) > 24 || Number(zone.slice(4)) > 60)) return undefined;
  const minutes = hour! * 60 + minute! - offset;
  const whole = BigInt(millis / 1000 + minutes * 60 + seconds!);
  const nanos = whole * second + BigInt((match[7] ?? '').padEnd(9, '0').slice(0, 9));
  return new Timestamp(nanos, offset);
}

/** The start of a day, which must exist. */
function utcMillis(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return month >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? date.getTime()
    : undefined;
}

/** The wall clock at an instant in a zone; `nanos` is within the second. */
export interface WallClock {
  readonly date: Date;
  readonly nanos: number;
}

/** As RFC 3339 writes it, with the fraction that is needed. */
export function timestampText({ nanos, offset }: Timestamp): string {
  const whole = floorDiv(nanos, second);
  const fraction = String(nanos - whole * second)
    .padStart(9, '0')
    .replace(/(?<!0)0+$/, '');
  const text = new Date(Number(whole) * 1000 + offset * 60_000).toISOString().replace(/\.\d+Z$/, '');
  const minutes = Math.abs(offset);
  const two = (part: number) => String(part).padStart(2, '0');
  const zone =
    offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return `${text.replace(/^[+-]0*(?=\d{4}-)/, '')}${fraction && `.${fraction}`}${zone}`;
}

export function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** The clock in a zone: a name of the IANA database or an offset such as `+02:00`. Undefined for unknown zones. */
export function wallClock({ nanos }: Timestamp, zone: string): WallClock | undefined {
  const whole = floorDiv(nanos, second);
  const millis = Number(whole) * 1000;
  const offset = offsetMinutes(millis, zone);
  if (offset === undefined) return undefined;
  return { date: new Date(millis + offset * 60_000), nanos: Number(nanos - whole * second) };
}

function offsetMinutes(millis: number, zone: string): number | undefined {
  if (zone === '' || zone === 'UTC') return 0;
  const fixed = /^([+-]?)(\d{1,2}):(\d\d)$/.exec(zone);
  if (fixed) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3]));
  try {
    const options = { timeZone: zone, timeZoneName: 'longOffset' } as const;
    const parts = new Intl.DateTimeFormat('en-US', options).formatToParts(millis);
    const [, sign, hours = '0', minutes = '0'] =
      /GMT(?:([+-])(\d\d):(\d\d))?/.exec(parts.find(part => part.type === 'timeZoneName')?.value ?? '') ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  } catch {
    return undefined;
  }
}
