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
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  const power = Number(exponent);
  // Go turns to an exponent below 1e-4, and where there are more places before the point than digits, 21 at least.
  if (power < -4 || power >= 21) {
    const places = String(Math.abs(power)).padStart(2, '0');
    return `${mantissa}E${power < 0 ? '-' : '+'}${places}`;
  }
  const text = Math.abs(value) < 1e-6 ? value.toFixed(20).replace(/(?<!0)0+$/, '') : String(value);
  return text.includes('.') ? text : `${text}.0`;
}
