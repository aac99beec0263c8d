import { dayNames, monthNames } from './civil.ts';
import { isFraction, type LayoutPiece } from './layout.ts';

/** What has been read of a time, and the text that is left. */
export interface Reading {
  rest: string;
  year?: number;
  month?: number;
  day?: number;
  yearDay?: number;
  hour?: number;
  minute?: number;
  second?: number;
  nanoseconds?: number;
  half?: 'am' | 'pm';
  isUtc?: boolean;
  offset?: number;
  zoneName?: string;
}

/** The text is not what the element stands for. */
export class TimeSyntaxError extends Error {}

/** It is, but there is no such time. */
export class TimeRangeError extends Error {
  constructor(what: string) {
    super(`${what} out of range`);
  }
}

/** Take what an element stands for off the text. Throws TimeSyntaxError or TimeRangeError. */
export function readElement(reading: Reading, element: string, next: LayoutPiece): void {
  if (/^[-Z]07/.test(element)) readOffset(reading, element);
  else if (isFraction(element)) readFraction(reading, element);
  else if (element === 'MST') readZoneName(reading);
  else readClock(reading, element, next);
}

/** What a pattern finds at the start of the text, taken off it. */
function take(reading: Reading, pattern: RegExp): string {
  const match = pattern.exec(reading.rest);
  if (!match || match.index > 0) throw new TimeSyntaxError();
  reading.rest = reading.rest.slice(match[0].length);
  return match[0];
}

/** A number of one or two digits; of two if the element is written so. */
function number(reading: Reading, element: string): number {
  return Number(take(reading, element[0] === '0' ? /^\d\d/ : /^\d\d?/));
}

function within(value: number, least: number, most: number, what: string): number {
  if (value < least || value > most) throw new TimeRangeError(what);
  return value;
}

function readClock(reading: Reading, element: string, next: LayoutPiece): void {
  switch (element) {
    case 'January':
    case 'Jan':
      reading.month = readName(reading, monthNames, element.length === 3) + 1;
      return;
    case 'Monday':
    case 'Mon':
      readName(reading, dayNames, element.length === 3);
      return;
    case '2006':
      reading.year = Number(take(reading, /^\d[\d]{3}/));
      return;
    case '06':
      reading.year = Number(take(reading, /^\d\d/));
      reading.year += reading.year >= 69 ? 1900 : 2000;
      return;
    case 'PM':
      reading.half = take(reading, /^[AP]M/) === 'PM' ? 'pm' : 'am';
      return;
    case 'pm':
      reading.half = take(reading, /^[ap]m/) === 'pm' ? 'pm' : 'am';
      return;
    case '002':
      reading.yearDay = Number(take(reading, /^\d{3}/));
      return;
    case '__2':
      reading.yearDay = Number(take(reading, /^ {0,2}\d{1,3}/));
      return;
    case '15':
      reading.hour = within(number(reading, element), 0, 23, 'hour');
      return;
    case '_2':
      if (reading.rest[0] === ' ') reading.rest = reading.rest.slice(1);
  }
  readNumber(reading, element, next);
}

function readNumber(reading: Reading, element: string, next: LayoutPiece): void {
  const value = number(reading, element);
  switch (element.at(-1)) {
    case '1':
      reading.month = within(value, 1, 12, 'month');
      break;
    case '2':
      reading.day = value;
      break;
    case '3':
      reading.hour = within(value, 0, 12, 'hour');
      break;
    case '4':
      reading.minute = within(value, 0, 59, 'minute');
      break;
    default:
      reading.second = within(value, 0, 59, 'second');
      readUnaskedFraction(reading, next);
  }
}

function readName(reading: Reading, names: readonly string[], isShort: boolean): number {
  const known = names.map(name => (isShort ? name.slice(0, 3) : name).toLowerCase());
  const index = known.findIndex(name => reading.rest.toLowerCase().startsWith(name));
  if (index < 0) throw new TimeSyntaxError();
  reading.rest = reading.rest.slice(known[index]!.length);
  return index;
}

/** A fraction may follow the seconds though the layout says nothing of it. */
function readUnaskedFraction(reading: Reading, next: LayoutPiece): void {
  if (isFraction(next.element)) return;
  const fraction = /^[.,]\d+/.exec(reading.rest)?.[0];
  if (fraction === undefined) return;
  reading.nanoseconds = nanoseconds(fraction);
  reading.rest = reading.rest.slice(fraction.length);
}

/** Nines may find nothing. */
function readFraction(reading: Reading, element: string): void {
  if (element[1] === '9') readUnaskedFraction(reading, { prefix: '', element: '' });
  else reading.nanoseconds = nanoseconds(takeFraction(reading, element.length));
}

/** A point or comma, and digits: so many characters. */
function takeFraction(reading: Reading, length: number): string {
  const fraction = reading.rest.slice(0, length);
  if (fraction.length < length || !/^[.,]\d*$/.test(fraction)) throw new TimeSyntaxError();
  reading.rest = reading.rest.slice(length);
  return fraction;
}

function nanoseconds(fraction: string): number {
  return Number(fraction.slice(1, 10).padEnd(9, '0'));
}

const offsets: Readonly<Record<string, RegExp>> = {
  '07': /^([+-])(\d\d)/,
  '0700': /^([+-])(\d\d)(\d\d)/,
  '07:00': /^([+-])(\d\d):(\d\d)/,
  '070000': /^([+-])(\d\d)(\d\d)(\d\d)/,
  '07:00:00': /^([+-])(\d\d):(\d\d):(\d\d)/,
};

function readOffset(reading: Reading, element: string): void {
  if (element[0] === 'Z' && reading.rest[0] === 'Z') {
    reading.rest = reading.rest.slice(1);
    reading.isUtc = true;
    return;
  }
  const match = offsets[element.slice(1)]!.exec(reading.rest);
  if (!match) throw new TimeSyntaxError();
  const [whole, sign, hours, minutes = 0, seconds = 0] = match;
  reading.rest = reading.rest.slice(whole.length);
  // The last values are one too many: some people write them.
  const size =
    within(Number(hours), 0, 24, 'time zone offset hour') * 3600 +
    within(Number(minutes), 0, 60, 'time zone offset minute') * 60 +
    within(Number(seconds), 0, 60, 'time zone offset second');
  reading.offset = sign === '-' ? -size : size;
}

function readZoneName(reading: Reading): void {
  const { rest } = reading;
  if (rest.startsWith('UTC')) {
    reading.rest = rest.slice(3);
    reading.isUtc = true;
    return;
  }
  reading.zoneName = rest.slice(0, zoneNameLength(rest));
  if (reading.zoneName === '') throw new TimeSyntaxError();
  reading.rest = rest.slice(reading.zoneName.length);
}

/** Three letters, or four or five that end in T; GMT may have hours after it, and hours may stand alone. */
function zoneNameLength(text: string): number {
  if (text.length < 3) return 0;
  if (/^(ChST|MeST)/.test(text)) return 4;
  if (text.startsWith('GMT')) return 3 + hoursLength(text.slice(3));
  if (/^[+-]/.test(text)) return hoursLength(text);
  const letters = /^[A-Z]{0,6}/.exec(text)![0];
  if (letters.length === 3) return 3;
  if (letters.length === 4) return letters.endsWith('T') || letters === 'WITA' ? 4 : 0;
  return letters.length === 5 && letters.endsWith('T') ? 5 : 0;
}

function hoursLength(text: string): number {
  const hours = /^[+-]\d+/.exec(text)?.[0] ?? '';
  return hours !== '' && Number(hours.slice(1)) <= 23 ? hours.length : 0;
}
