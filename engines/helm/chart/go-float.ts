/**
 * A number as strconv.FormatFloat(value, 'g', -1, 32) prints it: how sigs.k8s.io/yaml makes a string of a float,
 * such as an unquoted `appVersion: 1.10`.
 */
export function formatFloat32(value: number): string {
  const rounded = Math.fround(value);
  if (rounded === 0) return Object.is(value, -0) ? '-0' : '0';
  if (!Number.isFinite(rounded)) return rounded > 0 ? '+Inf' : '-Inf';
  const [mantissa, power] = shortest(rounded).split('e') as [string, string];
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return plain(rounded, mantissa, exponent);
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
}

/** The fewest digits that still mean this float32, as `d.ddde±x`. */
function shortest(value: number): string {
  for (let digits = 0; digits < 9; digits++) {
    const text = value.toExponential(digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toExponential(9);
}

function plain(value: number, mantissa: string, exponent: number): string {
  const digits = mantissa.replace(/[-.]/g, '').length;
  return value.toFixed(Math.max(digits - 1 - exponent, 0));
}
