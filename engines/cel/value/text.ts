/** The length in code points, as CEL counts. */
export function textLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      length--;
      i++;
    }
  }
  return length;
}

/**
 * The text of a number with the fewest digits, as Go prints a float64: by `%g` with an exponent from a million on, by
 * `%v` only from 10²¹ on.
 */
export function doubleText(value: number, verb: 'g' | 'v' = 'v'): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  const power = Number(exponent);
  if (power < -4 || power >= (verb === 'g' ? 6 : 21)) {
    const digits = String(Math.abs(power)).padStart(2, '0');
    return `${mantissa}e${power < 0 ? '-' : '+'}${digits}`;
  }
  if (Math.abs(value) >= 1e-6) return String(value);
  return value.toFixed(Math.max(0, -power + (mantissa.replace(/[-.]/g, '').length - 1)));
}
