const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  '\u00b5s': 1_000n,
  '\u03bcs': 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const longest = 2n ** 63n - 1n;

/**
 * The nanoseconds of a duration as Go's time.ParseDuration reads it: numbers with units, one behind the other
 * (`1h30m`, `-1.5s`). Undefined for what is none, and beyond 64 bits (some 292 years).
 */
export function parseGoDuration(text: string): bigint | undefined {
  const isNegative = text.startsWith('-');
  const body = isNegative || text.startsWith('+') ? text.slice(1) : text;
  if (body === '0') return 0n;
  const most = isNegative ? longest + 1n : longest;
  const part = /([0-9]*)(\.[0-9]*)?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;
  let nanos = 0n;
  for (let at = 0; at < body.length; at = part.lastIndex) {
    part.lastIndex = at;
    const found = part.exec(body);
    const amount = found === null ? undefined : nanosOf(found);
    if (amount === undefined) return undefined;
    nanos += amount;
    if (nanos > most) return undefined;
  }
  if (body === '') return undefined;
  return isNegative ? -nanos : nanos;
}

function nanosOf([, whole = '', point = '', unit = '']: RegExpExecArray): bigint | undefined {
  // Go keeps what of the fraction fits into a float of the unit; nanoseconds are the finest.
  const fraction = point.slice(1, 19);
  if (whole === '' && fraction === '') return undefined;
  const digits = whole.replace(/^0+/, '');
  if (digits.length > 19) return undefined;
  const scale = units[unit]!;
  return BigInt(digits || '0') * scale + (BigInt(fraction || '0') * scale) / 10n ** BigInt(fraction.length);
}
