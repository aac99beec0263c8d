import { printed } from '../fmt/print.ts';
import { readFloat, readInteger } from '../number-literal.ts';
import { GoInt, GoObject, integerOf, type Value } from '../value.ts';

/** What cannot be cast becomes 0, without a word: spf13/cast as Sprig uses it. */

const maxInt = 2n ** 63n - 1n;
const minInt = -(2n ** 63n);

/** An int64 of a value: floats lose their fraction, strings are Go literals (`0x1f`, `017`), true is 1. */
export function toInt64(value: Value): bigint {
  switch (typeof value) {
    case 'bigint':
      return value;
    case 'number':
      return truncated(value);
    case 'boolean':
      return value ? 1n : 0n;
    case 'string':
      return within(readInteger(withoutZeroDecimals(value)));
  }
  if (value instanceof GoInt) return BigInt.asIntN(64, value.value);
  return calendarNumber(value) ?? 0n;
}

/** A float64 of a value: strings as strconv.ParseFloat reads them. */
export function toFloat64(value: Value): number {
  switch (typeof value) {
    case 'bigint':
      return Number(value);
    case 'number':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    case 'string':
      return parseFloat64(value) ?? 0;
  }
  if (value instanceof GoInt) return Number(value.value);
  return Number(calendarNumber(value) ?? 0n);
}

/** Of the named integers the library knows months and days of the week. */
function calendarNumber(value: Value): bigint | undefined {
  const isCalendar =
    value instanceof GoObject && (value.shape.type === 'time.Month' || value.shape.type === 'time.Weekday');
  return isCalendar ? integerOf(value) : undefined;
}

/** strconv.ParseFloat: decimal and hexadecimal literals, infinities and NaN. Undefined for anything else. */
export function parseFloat64(text: string): number | undefined {
  const special = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (special) return special[1] === '-' ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  return readFloat(text);
}

/**
 * The integer that strconv.ParseInt gives in base 10 where its error is dropped: 0 for what is none, the nearest
 * for what fits no int64.
 */
export function parseDecimal(text: string): bigint {
  if (!/^[+-]?[0-9]+$/.test(text)) return 0n;
  const value = BigInt(text.replace(/^\+/, ''));
  return value > maxInt ? maxInt : value < minInt ? minInt : value;
}

/** Sprig's toDecimal: the digits are octal. */
export function fromOctal(value: Value): bigint {
  const text = printed(value);
  if (!/^[+-]?[0-7]+$/.test(text)) return 0n;
  const size = BigInt(`0o${text.replace(/^[+-]/, '')}`);
  return within(text[0] === '-' ? -size : size);
}

/** Go's conversion on amd64: what does not fit is the least integer. */
function truncated(value: number): bigint {
  const whole = Math.trunc(value);
  return whole >= -(2 ** 63) && whole < 2 ** 63 ? BigInt(whole) : minInt;
}

function within(value: bigint | undefined): bigint {
  return value !== undefined && value >= minInt && value <= maxInt ? value : 0n;
}

/** `1.00` is written as the integer 1. */
function withoutZeroDecimals(text: string): string {
  return text.replace(/\.0+$/, '');
}
