import type { Json } from '@millrace/json';
import type { Value } from '../value/value.ts';

/** Under this key a view keeps the JSON that it shows. */
export const source: unique symbol = Symbol('json');

/** The JSON below a value that is a view of some, or as plain as JSON itself. */
export function jsonOf(value: Value): Json | undefined {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || typeof value !== 'object') return value;
  return (value as { [source]?: Json })[source];
}
