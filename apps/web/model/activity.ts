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
