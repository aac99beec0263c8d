const units: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Go's durations are 63 bits of nanoseconds: some 292 years. */
const longest = 2 ** 63 / 1e6;

/** Milliseconds of a duration as Go's time.ParseDuration reads it (`1h30m`, `250ms`); throws RangeError otherwise. */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)/gy)];
  const read = parts.reduce((length, part) => length + part[0].length, 0);
  if (text === '0') return 0;
  if (parts.length === 0 || read !== text.length)
    throw new RangeError(`"${text}" is no duration such as 1h30m or 10s`);
  const sum = parts.reduce((total, part) => total + Number(part[1]) * units[part[2]!]!, 0);
  if (sum >= longest) throw new RangeError(`"${text.slice(0, 40)}" is longer than 292 years`);
  return sum;
}

/** A number of milliseconds as Go prints a duration: `1m30s`, `10m0s`, `12.5ms`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  if (milliseconds < 0) return `-${formatDuration(-milliseconds)}`;
  if (milliseconds < 1e-3) return `${Math.round(milliseconds * 1e6)}ns`;
  if (milliseconds < 1) return `${trim(milliseconds * 1e3)}µs`;
  if (milliseconds < 1000) return `${trim(milliseconds)}ms`;
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor((milliseconds % 3_600_000) / 60_000);
  const seconds = `${trim((milliseconds % 60_000) / 1000)}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

/** At most nanoseconds of a second, microseconds' fractions and so on, without trailing zeros. */
function trim(value: number): string {
  return String(Number(value.toFixed(6)));
}
