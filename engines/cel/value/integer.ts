import { EvaluationError } from '../error.ts';
import { Uint } from './value.ts';

const minInt = -(1n << 63n);
const maxInt = (1n << 63n) - 1n;
const maxUint = (1n << 64n) - 1n;

export function fitsInt(value: bigint): boolean {
  return value >= minInt && value <= maxInt;
}

/** The result of an operation on ints. Throws where it needs more than 64 bits. */
export function checkedInt(value: bigint): bigint {
  if (!fitsInt(value)) throw new EvaluationError('integer overflow');
  return value;
}

/** The same for unsigned ones. */
export function checkedUint(value: bigint): Uint {
  if (value < 0n || value > maxUint) throw new EvaluationError('unsigned integer overflow');
  return new Uint(value);
}
