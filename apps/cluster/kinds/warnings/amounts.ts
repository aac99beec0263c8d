import type { JsonObject } from '@millrace/json';
import { canonicalQuantity, exactQuantity } from '@millrace/schema';
import { own } from '../../api/tree.ts';

const thousandth = 1_000_000n;
const one = 1_000_000_000n;

/** Of an amount of bytes, one of `amounts`, that is no whole number of them. */
export function fractionWarnings(amounts: JsonObject, name: string, at: string): string[] {
  const value = own(amounts, name);
  if (value === undefined || value === null) return [];
  const exact = exactQuantity(String(value));
  if (exact === undefined) return [];
  // Thousandths are rounded away from zero before it is looked at.
  const nanos = exact.nanos < 0n ? -exact.nanos : exact.nanos;
  const rounded = ((nanos + thousandth - 1n) / thousandth) * thousandth;
  if (rounded % one === 0n) return [];
  return [
    `${at}[${name}]: fractional byte value "${canonicalQuantity(value)}" is invalid, must be an integer`,
  ];
}
