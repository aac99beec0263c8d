/** A date of the proleptic Gregorian calendar and a time of the day. */
export interface Civil {
  year: number;
  /** From 1. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const daySeconds = 86_400;
/** After so many days the calendar repeats: 400 years. */
const cycleDays = 146_097;

/** The date and time of so many seconds since 1970. */
export function civilOf(seconds: number): Civil {
  const days = Math.floor(seconds / daySeconds);
  const rest = seconds - days * daySeconds;
  // JavaScript's dates end 271821 years before and 275760 after: reckon within one cycle.
  const cycles = Math.floor(days / cycleDays);
  const date = new Date((days - cycles * cycleDays) * daySeconds * 1000);
  return {
    year: date.getUTCFullYear() + cycles * 400,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
  };
}

/** Seconds since 1970; parts beyond their range carry over. */
export function secondsOf({ year, month, day, hour, minute, second }: Civil): number {
  const months = year * 12 + month - 1;
  const cycles = Math.floor(months / 4800);
  const start = Date.UTC(2000, months - cycles * 4800) / 1000 + (cycles - 5) * cycleDays * daySeconds;
  return start + (day - 1) * daySeconds + hour * 3600 + minute * 60 + second;
}

/** 0 is Sunday. */
export function weekdayOf(seconds: number): number {
  const day = Math.floor(seconds / daySeconds) + 4;
  return ((day % 7) + 7) % 7;
}

/** From 1. */
export function yearDayOf(seconds: number): number {
  const { year } = civilOf(seconds);
  return Math.floor((seconds - startOfYear(year)) / daySeconds) + 1;
}

function startOfYear(year: number): number {
  return secondsOf({ year, month: 1, day: 1, hour: 0, minute: 0, second: 0 });
}

export function daysIn(month: number, year: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
