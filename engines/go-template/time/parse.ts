import { type Civil, daysIn, secondsOf } from './civil.ts';
import { layoutPieces } from './layout.ts';
import { type Reading, readElement, TimeRangeError, TimeSyntaxError } from './parse-element.ts';
import { quoted } from './quoted.ts';
import { fixedZone, momentOf, utc, type Zone } from './zone.ts';

/** A moment, and the zone that it is told in. */
export interface Instant {
  seconds: number;
  nanoseconds: number;
  zone: Zone;
}

/** time.ParseInLocation. A zone in the text is looked for in `local` first. Throws an error in Go's words. */
export function parseTime(layout: string, value: string, local: Zone): Instant {
  const reading = read(layout, value);
  const refuse = (problem: string) => new Error(`parsing time ${quoted(value)}: ${problem}`);
  const civil = civilOfReading(reading, refuse);
  return located(reading, civil, local);
}

function read(layout: string, value: string): Reading {
  const reading: Reading = { rest: value };
  const pieces = layoutPieces(layout);
  const cannot = (text: string, as: string) =>
    new Error(
      `parsing time ${quoted(value)} as ${quoted(layout)}: cannot parse ${quoted(text)} as ${quoted(as)}`,
    );
  for (const [at, { prefix, element }] of pieces.entries()) {
    const skipped = skip(reading.rest, prefix);
    if (skipped.missing) throw cannot(skipped.rest, prefix);
    reading.rest = skipped.rest;
    if (element === '') break;
    const before = reading.rest;
    try {
      readElement(reading, element, pieces[at + 1]!);
    } catch (error) {
      if (error instanceof TimeSyntaxError) throw cannot(before, element);
      if (error instanceof TimeRangeError) throw new Error(`parsing time ${quoted(value)}: ${error.message}`);
      throw error;
    }
  }
  if (reading.rest === '') return reading;
  throw new Error(`parsing time ${quoted(value)}: extra text: ${quoted(reading.rest)}`);
}

/** Text of a layout must be there as it is, but for the number of spaces. */
function skip(value: string, prefix: string): { rest: string; missing: boolean } {
  let rest = value;
  for (let at = 0; at < prefix.length; at++) {
    if (prefix[at] === ' ') {
      if (rest !== '' && rest[0] !== ' ') return { rest, missing: true };
      while (prefix[at + 1] === ' ') at++;
      rest = rest.replace(/^ +/, '');
    } else if (rest[0] === prefix[at]) rest = rest.slice(1);
    else return { rest, missing: true };
  }
  return { rest, missing: false };
}

function civilOfReading(reading: Reading, refuse: (problem: string) => Error): Civil {
  const { year = 0, hour = 0, minute = 0, second = 0, half, yearDay } = reading;
  let { month, day } = reading;
  if (yearDay !== undefined) {
    const named = dateOfYearDay(yearDay, year);
    if (!named) throw refuse('day-of-year out of range');
    if (month !== undefined && month !== named.month) throw refuse('day-of-year does not match month');
    if (day !== undefined && day !== named.day) throw refuse('day-of-year does not match day');
    ({ month, day } = named);
  }
  month ??= 1;
  day ??= 1;
  if (day < 1 || day > daysIn(month, year)) throw refuse('day out of range');
  const wholeHour = half === 'pm' && hour < 12 ? hour + 12 : half === 'am' && hour === 12 ? 0 : hour;
  return { year, month, day, hour: wholeHour, minute, second };
}

function dateOfYearDay(yearDay: number, year: number): { month: number; day: number } | undefined {
  if (yearDay < 1) return undefined;
  let left = yearDay;
  for (let month = 1; month <= 12; month++) {
    if (left <= daysIn(month, year)) return { month, day: left };
    left -= daysIn(month, year);
  }
  return undefined;
}

function located(reading: Reading, civil: Civil, local: Zone): Instant {
  const { nanoseconds = 0, isUtc, offset, zoneName } = reading;
  const shownSeconds = secondsOf(civil);
  if (isUtc) return { seconds: shownSeconds, nanoseconds, zone: utc };
  if (offset !== undefined) {
    const seconds = shownSeconds - offset;
    const there = local.at(seconds);
    const isLocal = there.offset === offset && (!zoneName || there.abbreviation === zoneName);
    return { seconds, nanoseconds, zone: isLocal ? local : fixedZone(zoneName ?? '', offset) };
  }
  if (zoneName === undefined) return { seconds: momentOf(shownSeconds, local), nanoseconds, zone: local };
  const known = offsetNamed(zoneName, civil.year, local);
  if (known !== undefined) return { seconds: shownSeconds - known, nanoseconds, zone: local };
  // Of a zone with other letters Go knows nothing and takes it for UTC. Hours after GMT are shown, but
  // do not count either.
  const made = /^GMT([+-]\d+)$/.exec(zoneName);
  const invented = made ? Number(made[1]) * 3600 : 0;
  return { seconds: shownSeconds, nanoseconds, zone: fixedZone(zoneName, invented) };
}

/** The offset that goes by these letters in the zone, in winter or in summer. */
function offsetNamed(letters: string, year: number, zone: Zone): number | undefined {
  const seasons = [1, 7].map(month =>
    zone.at(secondsOf({ year, month, day: 1, hour: 0, minute: 0, second: 0 })),
  );
  return seasons.find(season => season.abbreviation === letters)?.offset;
}
