import { goFunction } from '../function.ts';
import { GoObject, integerOf, type Value } from '../value.ts';
import { quoted } from './quoted.ts';

/** Nanoseconds of the units of Go's time package. */
const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  '\u00b5s': 1_000n,
  '\u03bcs': 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const maxInt64 = 2n ** 63n - 1n;
const minInt64 = -(2n ** 63n);

/** A number and its unit, at a place: the parts of a duration follow one another. */
const part = /([0-9]*)(\.[0-9]*)?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;

/** The nanoseconds of a text such as `1h2m3.5s`; undefined for what time.ParseDuration refuses. */
export function parseDuration(text: string): bigint | undefined {
  const body = text.replace(/^[-+]/, '');
  if (body === '0') return 0n;
  const { nanoseconds, end } = leadingParts(body);
  if (body === '' || end < body.length) return undefined;
  const total = text.startsWith('-') ? -nanoseconds : nanoseconds;
  return total > maxInt64 || total < minInt64 ? undefined : total;
}

/** The sum of the parts that a text begins with, and where the first begins that is none. */
function leadingParts(text: string): { nanoseconds: bigint; end: number } {
  let nanoseconds = 0n;
  let end = 0;
  while (end < text.length && nanoseconds <= -minInt64) {
    part.lastIndex = end;
    const [match = '', whole = '', point = '', unit = ''] = part.exec(text) ?? [];
    if (whole === '' && point.length < 2) break;
    nanoseconds += wholeOf(whole) * units[unit]! + fractionOf(point.slice(1), units[unit]!);
    end += match.length;
  }
  return { nanoseconds, end: nanoseconds > -minInt64 ? text.length : end };
}

/** What has more digits than 64 bits is too much, however much it is. */
function wholeOf(digits: string): bigint {
  const significant = digits.replace(/^0+/, '');
  return significant.length > 19 ? -minInt64 + 1n : BigInt(significant || 0);
}

/** Digits beyond the 18th are less than a nanosecond. */
function fractionOf(given: string, unit: bigint): bigint {
  const digits = given.slice(0, 18);
  return digits === '' ? 0n : (BigInt(digits) * unit) / 10n ** BigInt(digits.length);
}

/** The text of time.Duration: `1h2m3.5s`, and below a second the largest unit that leaves a whole part. */
export function durationText(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size === 0n) return '0s';
  const small = (['ns', '\u00b5s', 'ms'] as const).find((_, index) => size < 1000n ** BigInt(index + 1));
  if (small) return `${sign}${decimal(size, units[small]!)}${small}`;
  const minutes = size / units.m!;
  const seconds = `${decimal(size % units.m!, units.s!)}s`;
  if (minutes === 0n) return sign + seconds;
  const hours = minutes / 60n;
  return `${sign}${hours > 0n ? `${hours}h` : ''}${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, unit: bigint): string {
  const places = String(unit).length - 1;
  const fraction = String(value % unit)
    .padStart(places, '0')
    .replace(/(?<!0)0+$/, '');
  return `${value / unit}${places > 0 && fraction !== '' ? `.${fraction}` : ''}`;
}

/** What time.ParseDuration says of a text that it refuses. */
export function durationProblem(text: string): string {
  const body = text.replace(/^[-+]/, '');
  const known = knownParts(body);
  const [, size = '', unit = ''] = /^(\d+(?:\.\d*)?|\.\d+)?([^\d.]*)/.exec(body.slice(known))!;
  const isInvalid = size === '' || (unit !== '' && Object.hasOwn(units, unit));
  if (isInvalid) return `time: invalid duration ${quoted(text)}`;
  const what = unit === '' ? 'missing unit' : `unknown unit ${quoted(unit)}`;
  return `time: ${what} in duration ${quoted(text)}`;
}

/** How long the parts are that a text begins with, as far as a number or the end follows each. */
function knownParts(text: string): number {
  let end = 0;
  while (end < text.length) {
    part.lastIndex = end;
    const [match = '', whole = '', point = ''] = part.exec(text) ?? [];
    const next = text[end + match.length] ?? '0';
    if ((whole === '' && point.length < 2) || !/[\d.]/.test(next)) break;
    end += match.length;
  }
  return end;
}

/** To the nearest multiple, halves away from zero; what does not fit stays the largest duration. */
export function roundDuration(nanoseconds: bigint, multiple: bigint): bigint {
  if (multiple <= 0n) return nanoseconds;
  const rest = nanoseconds % multiple;
  const size = rest < 0n ? -rest : rest;
  if (size + size < multiple) return nanoseconds - rest;
  const away = nanoseconds < 0n ? nanoseconds - rest - multiple : nanoseconds - rest + multiple;
  if (away > maxInt64) return maxInt64;
  return away < minInt64 ? minInt64 : away;
}

/** Towards zero to a multiple. */
export function truncateDuration(nanoseconds: bigint, multiple: bigint): bigint {
  return multiple <= 0n ? nanoseconds : nanoseconds - (nanoseconds % multiple);
}

/** The nanoseconds of a time.Duration or of an integer constant in its place. Throws for any other value. */
export function nanosecondsOf(value: Value): bigint {
  const integer = integerOf(value);
  if (integer === undefined) throw new Error('wrong type for value; expected time.Duration');
  return integer;
}

/** A time.Duration of so many nanoseconds. */
export function durationObject(nanoseconds: bigint): GoObject {
  return new GoObject({
    type: 'time.Duration',
    kind: 'int64',
    base: nanoseconds,
    text: () => durationText(nanoseconds),
    methods: {
      String: goFunction([], () => durationText(nanoseconds), 'string'),
      Seconds: goFunction([], () => inUnits(nanoseconds, units.s!), 'float64'),
      Minutes: goFunction([], () => inUnits(nanoseconds, units.m!), 'float64'),
      Hours: goFunction([], () => inUnits(nanoseconds, units.h!), 'float64'),
      Milliseconds: goFunction([], () => nanoseconds / units.ms!, 'int64'),
      Microseconds: goFunction([], () => nanoseconds / units.us!, 'int64'),
      Nanoseconds: goFunction([], () => nanoseconds, 'int64'),
      Abs: goFunction([], () => durationObject(magnitude(nanoseconds))),
      Round: goFunction(['interface {}'], to =>
        durationObject(roundDuration(nanoseconds, nanosecondsOf(to))),
      ),
      Truncate: goFunction(['interface {}'], to =>
        durationObject(truncateDuration(nanoseconds, nanosecondsOf(to))),
      ),
    },
  });
}

function magnitude(nanoseconds: bigint): bigint {
  if (nanoseconds === minInt64) return maxInt64;
  return nanoseconds < 0n ? -nanoseconds : nanoseconds;
}

/** A float64 of units, as Go's Duration computes it: the whole units and the rest apart. */
export function inUnits(nanoseconds: bigint, unit: bigint): number {
  return Number(nanoseconds / unit) + Number(nanoseconds % unit) / Number(unit);
}
