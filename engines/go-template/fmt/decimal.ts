/** A finite number's decimal digits: 0.d1d2d3... times ten to the `point`. Zero has no digits and point 0. */
export interface Decimal {
  digits: string;
  point: number;
}

/** The fewest digits that read back as the same number. Takes a number that is finite and not negative. */
export function shortestDecimal(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 };
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}

/** Mantissa and binary exponent of a number that is finite and not negative: value = mantissa * 2^exponent. */
export function binaryParts(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  if (biased === 0) return { mantissa: fraction, exponent: -1074 };
  return { mantissa: fraction | 0x10000000000000n, exponent: biased - 1075 };
}

/** All the digits that the number has. */
export function exactDecimal(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 };
  const { mantissa, exponent } = binaryParts(value);
  // A negative power of two is a power of five with the point moved: 2^-n = 5^n / 10^n.
  const whole = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent);
  const text = whole.toString();
  const point = exponent >= 0 ? text.length : text.length + exponent;
  return { digits: text.replace(/(?<!0)0+$/, ''), point };
}

/** Keep this many digits and round the rest half to even, as strconv does: JavaScript's toFixed rounds up. */
export function rounded({ digits, point }: Decimal, count: number): Decimal {
  if (count >= digits.length) return { digits, point };
  if (count < 0) return { digits: '', point: 0 };
  const next = digits[count]!;
  const isHalf = next === '5' && count + 1 === digits.length;
  const up = isHalf ? count > 0 && Number(digits[count - 1]) % 2 === 1 : next >= '5';
  const kept = digits.slice(0, count);
  if (!up) return trimmed(kept, point);
  if (/^9*$/.test(kept)) return { digits: '1', point: point + 1 };
  return trimmed((BigInt(kept) + 1n).toString().padStart(count, '0'), point);
}

function trimmed(digits: string, point: number): Decimal {
  const text = digits.replace(/(?<!0)0+$/, '');
  return text === '' ? { digits: '', point: 0 } : { digits: text, point };
}
