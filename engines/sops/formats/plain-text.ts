import { printFloat } from '@millrace/yaml';
import { Branch, List, Timestamp, type Value } from '../tree.ts';

/** A value in a format that has texts only, as SOPS writes it; undefined for a map or a list. */
export function plainText(value: Exclude<Value, string | Uint8Array>): string | undefined {
  if (value instanceof Branch || value instanceof List) return undefined;
  if (value === null) return '<nil>';
  if (value instanceof Timestamp) return value.text;
  return typeof value === 'number' ? float(value) : String(value);
}

/** Go's %G of the fewest digits, with a point where it could be taken for a whole number. */
function float(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const text = printFloat(value).replace('e', 'E');
  return /[.E]/.test(text) ? text : `${text}.0`;
}
