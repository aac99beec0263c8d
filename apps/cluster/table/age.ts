/**
 * How long ago, in the at most two units that kubectl shows: 59s, 2m, 3m5s, 4h12m, 2d3h, 400d, 3y.
 * An absent time is `<unknown>`.
 */
export function age(since: string, now: Date): string {
  const then = Date.parse(since);
  if (Number.isNaN(then)) return '<unknown>';
  return duration(Math.max(0, Math.floor((now.getTime() - then) / 1000)));
}

/** A number of seconds in the same manner. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return two(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return two(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? two(years, 'y', days % 365, 'd') : `${years}y`;
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}
