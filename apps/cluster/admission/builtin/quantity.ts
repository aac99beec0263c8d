import type { Json } from '@millrace/json';
import { canonicalQuantity } from '@millrace/schema';

/** An amount of a resource, exact: in billionths, and in the family of suffixes in which it was written. */
export interface Quantity {
  readonly nano: bigint;
  readonly family: 'decimal' | 'binary';
}

export const none: Quantity = { nano: 0n, family: 'decimal' };

const decimals: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binaries = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const billion = 10n ** 9n;

/** Nothing for what is no quantity; the schema has seen to that before. */
export function parseQuantity(value: Json | undefined): Quantity {
  const text = value === undefined ? undefined : canonicalQuantity(value);
  const [, sign, digits = '0', suffix = ''] = /^(-?)(\d+)([^\d].*)?$/.exec(text ?? '') ?? [];
  const power = binaries.indexOf(suffix);
  const whole = BigInt(digits) * (sign === '-' ? -1n : 1n);
  if (power > 0) return { nano: whole * billion * 1024n ** BigInt(power), family: 'binary' };
  const exponent = /^[eE]/.test(suffix) ? Number(suffix.slice(1)) : (decimals[suffix] ?? 0);
  return { nano: whole * 10n ** BigInt(exponent + 9), family: 'decimal' };
}

export function count(number: number): Quantity {
  return { nano: BigInt(number) * billion, family: 'decimal' };
}

/** A sum is written as its first part, unless that is nothing. */
export function add(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano + b.nano, family: a.nano === 0n ? b.family : a.family };
}

export function subtract(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano - b.nano, family: a.nano === 0n ? b.family : a.family };
}

export function largest(a: Quantity, b: Quantity): Quantity {
  return b.nano > a.nano ? b : a;
}

export function formatQuantity({ nano, family }: Quantity): string {
  if (nano === 0n) return '0';
  const bytes = nano / billion;
  if (family === 'decimal' || nano % billion !== 0n) return canonicalQuantity(`${nano}n`) ?? '0';
  // Bytes without a suffix would count as decimal, in which large round numbers have one.
  return bytes % 1024n === 0n ? (canonicalQuantity(`${bytes / 1024n}Ki`) ?? '0') : String(bytes);
}
