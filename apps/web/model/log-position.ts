/** How far a log has been read: a reader that was cut goes on there, and tells no line twice. */
export interface LogPosition {
  /** The time of the last line; empty before the first. */
  readonly last: string;
  /** Whether a line of that time is one that has not been read before; then it is read now. */
  takes(time: string): boolean;
  /** The log is read again, from the second of `last` on: what was read is left out. */
  again(): void;
}

export function logPosition(): LogPosition {
  let last = '';
  let [at, lines] = ['', 0]; // of the last moment, how many lines
  let [before, left] = ['', 0]; // of these, the first are known
  return {
    get last() {
      return last;
    },
    takes(time) {
      const moment = momentOf(time);
      if (before !== '') {
        if (moment < before) return false;
        if (moment === before && left > 0) {
          left--;
          return false;
        }
        if (moment > before) before = '';
      }
      lines = moment === at ? lines + 1 : 1;
      at = moment;
      last = time;
      return true;
    },
    again() {
      [before, left] = [at, lines];
    },
  };
}

/** A time to the nanosecond, as text that sorts. Kubelets write `2026-01-01T00:00:00.123456789Z`, some without zeros. */
export function momentOf(time: string): string {
  const dot = time.indexOf('.');
  if (dot < 0) return sortable(Date.parse(time), '');
  let end = dot + 1;
  while (end < time.length && time[end]! >= '0' && time[end]! <= '9') end++;
  return sortable(Date.parse(time.slice(0, dot) + time.slice(end)), time.slice(dot + 1, end));
}

const sortable = (milliseconds: number, fraction: string) =>
  Number.isNaN(milliseconds) ? '' : `${String(milliseconds).padStart(15, '0')}.${fraction.padEnd(9, '0')}`;
