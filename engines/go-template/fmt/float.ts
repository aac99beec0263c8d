import { binaryParts, type Decimal, exactDecimal, rounded, shortestDecimal } from './decimal.ts';
import { type Flags, pad } from './flags.ts';

/** A float64 by one of fmt's verbs for floats, or undefined if the verb is none of them. */
export function formatFloat(flags: Flags, value: number, verb: string): string | undefined {
  if (!'vbgGxXfFeE'.includes(verb)) return undefined;
  const format = verb === 'v' ? 'g' : verb === 'F' ? 'f' : verb;
  const precision = flags.precision ?? ('feE'.includes(format) ? 6 : -1);
  const negative = value < 0 || Object.is(value, -0);
  if (!Number.isFinite(value)) return padSpecial(flags, value);
  let number = floatText(Math.abs(value), format, precision);
  if (flags.sharp && verb !== 'b') number = withPoint(number, format, precision);
  const sign = negative ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
  const lacking = (flags.width ?? 0) - number.length - sign.length;
  if (sign && flags.zero && !flags.minus && lacking > 0) return sign + '0'.repeat(lacking) + number;
  return pad(flags, sign + number);
}

/** Infinities and NaN are no numbers to fill up with zeros. */
function padSpecial(flags: Flags, value: number): string {
  const plus = flags.plus ? '+' : flags.space ? ' ' : '';
  // An infinity shows its sign only if it is negative or a sign is asked for.
  const text = Number.isNaN(value) ? `${plus}NaN` : value < 0 ? '-Inf' : `${plus || '+'}Inf`;
  return pad({ ...flags, zero: false }, text);
}

/** strconv.FormatFloat for a number that is finite and not negative; precision -1 is the shortest. */
export function floatText(value: number, format: string, precision: number): string {
  if (format === 'b') {
    const { mantissa, exponent } = binaryParts(value);
    return `${mantissa}p${signed(exponent, 1)}`;
  }
  if (format === 'x' || format === 'X') {
    const text = hexadecimal(value, precision);
    return format === 'X' ? text.toUpperCase() : text;
  }
  const text = decimalText(value, format.toLowerCase(), precision);
  return format === 'E' || format === 'G' ? text.toUpperCase() : text;
}

function decimalText(value: number, format: string, precision: number): string {
  const shortest = precision < 0;
  const all = shortest ? shortestDecimal(value) : exactDecimal(value);
  if (format === 'e') {
    const decimal = shortest ? all : rounded(all, precision + 1);
    return scientific(decimal, shortest ? Math.max(decimal.digits.length - 1, 0) : precision);
  }
  if (format === 'f') {
    const decimal = shortest ? all : rounded(all, all.point + precision);
    return positional(decimal, shortest ? Math.max(decimal.digits.length - decimal.point, 0) : precision);
  }
  const kept = precision === 0 ? 1 : precision;
  const decimal = shortest ? all : rounded(all, kept);
  const count = decimal.digits.length;
  let threshold = kept > count && count >= decimal.point ? count : kept;
  // The shortest form turns to exponents as if six digits had been asked for.
  if (shortest) threshold = 6;
  const exponent = decimal.point - 1;
  if (exponent < -4 || exponent >= threshold) return scientific(decimal, Math.max(count - 1, 0));
  return positional(decimal, Math.max(count - decimal.point, 0));
}

function scientific({ digits, point }: Decimal, places: number): string {
  const fraction = digits.slice(1).padEnd(places, '0');
  const exponent = digits === '' ? 0 : point - 1;
  return `${digits[0] ?? '0'}${places > 0 ? `.${fraction}` : ''}e${signed(exponent, 2)}`;
}

function positional({ digits, point }: Decimal, places: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (places <= 0) return whole;
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits;
  return `${whole}.${fraction.slice(0, places).padEnd(places, '0')}`;
}

function signed(exponent: number, width: number): string {
  return (exponent < 0 ? '-' : '+') + String(Math.abs(exponent)).padStart(width, '0');
}

/** 0x1.8p+01: one digit before the point, the exponent in powers of two. */
function hexadecimal(value: number, precision: number): string {
  let { mantissa, exponent } = binaryParts(value);
  if (mantissa === 0n) return `0x0${precision > 0 ? `.${'0'.repeat(precision)}` : ''}p+00`;
  while (mantissa >> 52n === 0n) {
    mantissa <<= 1n;
    exponent--;
  }
  exponent += 52;
  if (precision >= 0 && precision < 13) {
    const cut = BigInt(52 - precision * 4);
    const half = 1n << (cut - 1n);
    const rest = mantissa & ((1n << cut) - 1n);
    mantissa >>= cut;
    if (rest > half || (rest === half && mantissa & 1n)) mantissa++;
    mantissa <<= cut;
    if (mantissa >> 53n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const digits = (mantissa & 0xfffffffffffffn).toString(16).padStart(13, '0');
  const fraction =
    precision < 0 ? digits.replace(/(?<!0)0+$/, '') : digits.slice(0, precision).padEnd(precision, '0');
  return `0x1${fraction ? `.${fraction}` : ''}p${signed(exponent, 2)}`;
}

/** The flag # keeps the decimal point and, for g, the zeros at the end. */
function withPoint(number: string, format: string, precision: number): string {
  const [, body, tail] = /^(0[xX][^pP]*|[^eEpP]*)(.*)$/s.exec(number)!;
  let digits = 'gGx'.includes(format) ? (precision === -1 ? 6 : precision) : 0;
  digits -= body!.replace(/^[0.]*/, '').replace('.', '').length;
  let out = body!;
  if (!out.includes('.')) {
    if (out === '0') digits--;
    out += '.';
  }
  return out + '0'.repeat(Math.max(digits, 0)) + tail;
}
