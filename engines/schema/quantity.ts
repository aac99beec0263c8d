import type { Json } from '@millrace/json';

/** Exponents of ten that have a letter, and the letters. */
const decimalSuffixes = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const shape = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(n|u|m|k|M|G|T|P|E|[KMGTPE]i|[eE][+-]?[0-9]+)?$/;
const finest = -9;
const most = 2n ** 63n - 1n;

/**
 * What a quantity may ask for, so that no text makes a number with a billion digits: the characters that it has, and
 * the power of ten that it names. What goes beyond is no quantity here. (Kubernetes has no such bound, and hangs.)
 */
export const quantityLimits = { length: 256, exponent: 999 };

/**
 * A resource quantity in its canonical form, in which the API server stores it: no fraction, the largest suffix that
 * allows this, in the family (1000, 1024, exponent) in which it was written: `0.5` is `500m`, `1024Mi` is `1Gi`.
 * Undefined for what is no quantity.
 *
 * Source of the rule: apimachinery, resource.Quantity.
 */
export function canonicalQuantity(value: Json): string | undefined {
  return quantityOf(value)?.canonical;
}

/** How much a quantity is, as near as a double comes; undefined for what is no quantity. */
export function quantityAmount(value: Json): number | undefined {
  return quantityOf(value)?.amount;
}

/** How much a quantity is, to the billionth; undefined for what is no quantity. */
export function exactQuantity(text: string): ExactQuantity | undefined {
  return quantityOf(text)?.exact;
}

export interface ExactQuantity {
  readonly nanos: bigint;
  /**
   * The power of ten in which apimachinery keeps it as a whole number of 64 bits; undefined where it keeps a decimal of
   * any length, which it takes for no integer.
   */
  readonly scale: number | undefined;
}

interface Quantity {
  readonly canonical: string;
  readonly amount: number;
  readonly exact: ExactQuantity;
}

/** The same few amounts stand in object after object. */
const known = new Map<string, Quantity>();
const mostKnown = 10_000;

function quantityOf(value: Json): Quantity | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value);
  if (text.length > quantityLimits.length) return undefined;
  let quantity = known.get(text);
  if (quantity) return quantity;
  quantity = read(text.trim());
  if (quantity === undefined) return undefined;
  if (known.size >= mostKnown) known.clear();
  known.set(text, quantity);
  return quantity;
}

function read(text: string): Quantity | undefined {
  const parts = shape.exec(text);
  if (parts === null || text === '' || Math.abs(exponentOf(parts[4])) > quantityLimits.exponent)
    return undefined;
  const exact = exactOf(parts);
  // As in apimachinery a short number may go without digits, and is zero then; a long one may not.
  if (exact.scale === undefined && !/[0-9]/.test(`${parts[2]}${parts[3] ?? ''}`)) return undefined;
  return { canonical: canonicalOf(parts), amount: amountOf(parts), exact };
}

/** The power of ten that a suffix stands for; 0 for those of 1024. */
function exponentOf(suffix = ''): number {
  return isExponent(suffix) ? Number(suffix.slice(1)) : (decimalSuffixes.get(suffix) ?? 0);
}

function isExponent(suffix: string): boolean {
  return /^[eE][+-]?[0-9]/.test(suffix);
}

function canonicalOf(parts: RegExpExecArray): string {
  const [, sign, whole = '', fraction = '', suffix = ''] = parts;
  const digits = BigInt(`${whole}${fraction}`);
  const scale = -fraction.length;
  const amount = suffix.endsWith('i')
    ? binary(digits, scale, binarySuffixes.indexOf(suffix))
    : decimal(digits, scale, suffix);
  return amount === '0' || sign !== '-' ? amount : `-${amount}`;
}

/** Source of the rule: apimachinery, resource.ParseQuantity, which keeps short numbers in another way than long ones. */
function exactOf([, sign, whole = '', fraction = '', suffix = '']: RegExpExecArray): ExactQuantity {
  const digits = BigInt(whole + fraction);
  const power = binarySuffixes.indexOf(suffix);
  const isBinary = power > 0;
  const value = isBinary ? digits * 1024n ** BigInt(power) : digits;
  const scale = exponentOf(suffix) - fraction.length;
  let nanos = scaled(value, scale + 9);
  if (isBinary && nanos > most * billion) nanos = most * billion;
  const significant = whole.replace(/^0+/, '').length || 1;
  const room = isBinary
    ? fraction === ''
      ? 14 - significant - Math.trunc(power * 3)
      : -1
    : 18 - significant - fraction.length;
  const isShort = room >= 0 && scale >= finest && value <= most;
  return { nanos: sign === '-' ? -nanos : nanos, scale: isShort ? scale : undefined };
}

const billion = 1_000_000_000n;

/** Times a power of ten, rounded up. */
function scaled(value: bigint, power: number): bigint {
  return power < 0 ? ceilDivide(value, 10n ** BigInt(-power)) : value * 10n ** BigInt(power);
}

function amountOf(parts: RegExpExecArray): number {
  const [, sign = '', whole = '', fraction = '', suffix = ''] = parts;
  const digits = `${sign}${whole || 0}.${fraction || 0}`;
  if (suffix.endsWith('i')) return Number(digits) * 1024 ** binarySuffixes.indexOf(suffix);
  return Number(`${digits}e${exponentOf(suffix)}`);
}

function decimal(digits: bigint, scale: number, suffix: string): string {
  const byExponent = isExponent(suffix);
  const exponent = exponentOf(suffix);
  const { value, power } = grouped(digits, scale + exponent, byExponent ? Number.POSITIVE_INFINITY : 18);
  if (value === 0n) return '0';
  if (!byExponent) return `${value}${suffixOf(power)}`;
  return power === 0 ? `${value}` : `${value}${suffix[0]}${power}`;
}

function suffixOf(power: number): string {
  for (const [suffix, exponent] of decimalSuffixes) if (exponent === power) return suffix;
  throw new RangeError(`10^${power} has no suffix`);
}

/** The same amount with a power of ten that is a multiple of three and as large as it can be. */
function grouped(digits: bigint, power: number, highest: number): { value: bigint; power: number } {
  let value = digits;
  let at = power;
  if (at < finest) {
    value = ceilDivide(value, 10n ** BigInt(finest - at));
    at = finest;
  }
  const excess = ((at % 3) + 3) % 3;
  value *= 10n ** BigInt(excess);
  at -= excess;
  while (at > highest) {
    value *= 1000n;
    at -= 3;
  }
  while (value !== 0n && value % 1000n === 0n && at < highest) {
    value /= 1000n;
    at += 3;
  }
  return { value, power: at };
}

function binary(digits: bigint, scale: number, suffix: number): string {
  const bytes = digits * 1024n ** BigInt(suffix);
  if (bytes < 1024n * 10n ** BigInt(-scale)) return decimal(bytes, scale, '');
  let value = ceilDivide(bytes, 10n ** BigInt(-scale));
  if (value > most) value = most;
  let power = 0;
  while (value % 1024n === 0n && power < binarySuffixes.length - 1) {
    value /= 1024n;
    power++;
  }
  return `${value}${binarySuffixes[power]}`;
}

function ceilDivide(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}
