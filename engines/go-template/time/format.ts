import { civilOf, dayNames, monthNames, weekdayOf, yearDayOf } from './civil.ts';
import { layoutPieces } from './layout.ts';
import type { ZoneTime } from './zone.ts';

/** What a time shows: seconds since 1970 and nanoseconds, and the clocks of its zone then. */
export interface Shown {
  seconds: number;
  nanoseconds: number;
  zone: ZoneTime;
}

/** time.Time's Format. */
export function formatTime(time: Shown, layout: string): string {
  return layoutPieces(layout)
    .map(({ prefix, element }) => prefix + (element && elementText(time, element)))
    .join('');
}

function elementText(time: Shown, element: string): string {
  if (/^[-Z]07/.test(element)) return offsetText(time.zone.offset, element);
  if (/^[.,]/.test(element)) return fractionText(time.nanoseconds, element);
  return clockText(time, element);
}

function clockText({ seconds, zone }: Shown, element: string): string {
  const local = seconds + zone.offset;
  const { year, month, day, hour, minute, second } = civilOf(local);
  const half = hour % 12 || 12;
  switch (element) {
    case 'January':
      return monthNames[month - 1]!;
    case 'Jan':
      return monthNames[month - 1]!.slice(0, 3);
    case 'Monday':
      return dayNames[weekdayOf(local)]!;
    case 'Mon':
      return dayNames[weekdayOf(local)]!.slice(0, 3);
    case 'MST':
      // A zone that was only read as an offset has no letters.
      return zone.abbreviation || offsetText(zone.offset, '-0700');
    case '2006':
      return padded(year, 4);
    case '06':
      return padded(Math.max(year, 0) % 100, 2);
    case 'PM':
      return hour >= 12 ? 'PM' : 'AM';
    case 'pm':
      return hour >= 12 ? 'pm' : 'am';
    case '002':
      return padded(yearDayOf(local), 3);
    case '__2':
      return String(yearDayOf(local)).padStart(3);
    case '_2':
      return String(day).padStart(2);
    case '15':
      return padded(hour, 2);
  }
  const value = { 1: month, 2: day, 3: half, 4: minute, 5: second }[Number(element)]!;
  return padded(value, element.length);
}

/** The sign does not count. */
function padded(value: number, width: number): string {
  return (value < 0 ? '-' : '') + String(Math.abs(value)).padStart(width, '0');
}

/** Zeros say how many digits there are, nines how many at most. */
function fractionText(nanoseconds: number, element: string): string {
  const digits = padded(nanoseconds, 9)
    .slice(0, element.length - 1)
    .padEnd(element.length - 1, '0');
  if (element[1] === '0') return element[0] + digits;
  const kept = digits.replace(/(?<!0)0+$/, '');
  return kept && element[0] + kept;
}

function offsetText(offset: number, element: string): string {
  if (element[0] === 'Z' && offset === 0) return 'Z';
  const size = Math.abs(offset);
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60, size % 60].map(part => padded(part, 2));
  const count = (element.replaceAll(':', '').length - 1) / 2;
  return (offset < 0 ? '-' : '+') + parts.slice(0, count).join(element.includes(':') ? ':' : '');
}
