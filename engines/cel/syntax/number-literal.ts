import { Uint } from '../value/value.ts';
import type { Literal } from './node.ts';

const biggest = { int: (1n << 63n) - 1n, uint: (1n << 64n) - 1n };

/** The value of a number as it is written; undefined where it does not fit into 64 bits. */
export function numberLiteral(kind: 'int' | 'uint' | 'double', text: string): Literal | undefined {
  if (kind === 'double') {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  const isNegative = text.startsWith('-');
  const digits = BigInt(text.replace(/^-|[uU]$/g, '').replace(/[uU]$/, ''));
  if (kind === 'uint') return digits <= biggest.uint ? new Uint(digits) : undefined;
  const value = isNegative ? -digits : digits;
  return value <= biggest.int && value >= -biggest.int - 1n ? value : undefined;
}
