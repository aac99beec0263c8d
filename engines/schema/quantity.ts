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
const shape = /^([+-]?)(\d*)(?:\.(\d*))?(n|u|m|k|M|G|T|P|E|[KMGTPE]i|[eE][+-]?\d+)?$/;
const finest = -9;
const most = 2n ** 63n - 1n;

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

interface Quantity {
  readonly canonical: string;
  readonly amount: number;
}

/** The same few amounts stand in object after object. */
const known = new Map<string, Quantity>();
const mostKnown = 10_000;

function quantityOf(value: Json): Quantity | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value);
  let quantity = known.get(text);
  if (quantity) return quantity;
  const parts = shape.exec(text.trim());
  const canonical = parts ? canonicalOf(parts) : undefined;
  if (!parts || canonical === undefined) return undefined;
  quantity = { canonical, amount: amountOf(parts) };
  if (known.size >= mostKnown) known.clear();
  known.set(text, quantity);
  return quantity;
}

function canonicalOf(parts: RegExpExecArray): string | undefined {
  const [, sign, whole = '', fraction = '', suffix = ''] = parts;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  const scale = -fraction.length;
  const amount = suffix.endsWith('i')
    ? binary(digits, scale, binarySuffixes.indexOf(suffix))
    : decimal(digits, scale, suffix);
  return amount === '0' || sign !== '-' ? amount : `-${amount}`;
}

function amountOf(parts: RegExpExecArray): number {
  const [, sign = '', whole = '', fraction = '', suffix = ''] = parts;
  const digits = Number(`${sign}${whole || 0}.${fraction || 0}`);
  if (suffix.endsWith('i')) return digits * 1024 ** binarySuffixes.indexOf(suffix);
  const exponent = /^[eE][+-]?\d/.test(suffix) ? Number(suffix.slice(1)) : decimalSuffixes.get(suffix);
  return Number(`${digits}e${exponent ?? 0}`);
}

function decimal(digits: bigint, scale: number, suffix: string): string {
  const byExponent = /^[eE][+-]?\d/.test(suffix);
  const exponent = byExponent ? Number(suffix.slice(1)) : (decimalSuffixes.get(suffix) as number);
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
