/**
 * Now, as the value of a request by annotation, written as Go's Time.String writes the time of a running process, which
 * upstream does not cut to RFC 3339: the time, and how many seconds the process has run.
 */
export function requestTime(origin = performance.timeOrigin, running = performance.now()): string {
  const nanos = BigInt(Math.round((origin + running) * 1000)) * 1000n;
  const date = new Date(Number(nanos / 1_000_000n)).toISOString();
  const fraction = String(nanos % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0{1,9}$/, '');
  const time = date.slice(0, 19).replace('T', ' ');
  return `${time}${fraction && `.${fraction}`} +0000 UTC m=+${(running / 1000).toFixed(9)}`;
}
