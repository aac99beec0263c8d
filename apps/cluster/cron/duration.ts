const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** The text is no duration; the message is that of Go's time.ParseDuration. */
export class BadDuration extends Error {
  override name = 'BadDuration';
}

/** A Go duration such as `1h30m` in milliseconds. Throws BadDuration. https://pkg.go.dev/time#ParseDuration */
export function parseDuration(text: string): number {
  const [, sign, amount = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  if (amount === '0') return 0;
  let sum = 0;
  let rest = amount;
  do {
    const [whole, number, unit] = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(rest) ?? [];
    if (whole === undefined) throw new BadDuration(`time: invalid duration ${JSON.stringify(text)}`);
    if (!unit) throw new BadDuration(`time: missing unit in duration ${JSON.stringify(text)}`);
    if (!Object.hasOwn(units, unit))
      throw new BadDuration(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`);
    sum += Number(number) * units[unit]!;
    rest = rest.slice(whole.length);
  } while (rest !== '');
  return sign === '-' ? -sum : sum;
}
