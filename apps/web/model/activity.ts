/** What has happened lately: how many events, and how many of them warnings, by the minute; the last is now. */
export interface Activity {
  /** Milliseconds since 1970 at which the first minute begins. */
  from: number;
  events: number[];
  warnings: number[];
}

export const minute = 60_000;
/** Minutes that are told of. */
export const span = 60;

export function activityOf(happenings: Iterable<{ at: number; isWarning: boolean }>, now: number): Activity {
  const from = Math.floor(now / minute) * minute - (span - 1) * minute;
  const events = new Array<number>(span).fill(0);
  const warnings = new Array<number>(span).fill(0);
  for (const { at, isWarning } of happenings) {
    const index = Math.floor((at - from) / minute);
    if (index < 0 || index >= span) continue;
    events[index]!++;
    if (isWarning) warnings[index]!++;
  }
  return { from, events, warnings };
}
