/** A whole number with a comma between thousands, as Go's message printer writes it in English. */
export function count(value: number): string {
  return grouped(String(value));
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A float as Go's message printer writes it in English: `1,234.5`, from a million on `1.5×10⁰⁶`. */
export function number(value: number | bigint): string {
  const [mantissa, power] = Number(value).toExponential().split('e') as [string, string];
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) {
    const digits = mantissa.replace(/[-.]/g, '').length;
    const [whole, fraction] = Number(value)
      .toFixed(Math.max(digits - 1 - exponent, 0))
      .split('.') as [string, string?];
    return fraction === undefined ? count(Number(whole)) : `${grouped(whole)}.${fraction}`;
  }
  const raised = String(Math.abs(exponent))
    .padStart(2, '0')
    .replace(/\d/g, digit => superscripts[Number(digit)]!);
  return `${mantissa}×10${exponent < 0 ? '⁻' : ''}${raised}`;
}

function grouped(text: string): string {
  const [sign, digits] = text.startsWith('-') ? ['-', text.slice(1)] : ['', text];
  const first = digits.length % 3 || 3;
  const groups = digits.slice(first).match(/.{3}/g) ?? [];
  return `${sign}${[digits.slice(0, first), ...groups].join(',')}`;
}

/** Whether a number is a whole multiple of another, by the decimals that they are written as. */
export function isMultiple(value: number | bigint, of: number): boolean {
  const [a, b] = [decimal(value), decimal(of)];
  const scale = Math.max(a.scale, b.scale);
  const unit = b.digits * 10n ** BigInt(scale - b.scale);
  return unit !== 0n && (a.digits * 10n ** BigInt(scale - a.scale)) % unit === 0n;
}

function decimal(value: number | bigint): { digits: bigint; scale: number } {
  const [mantissa, power = '0'] = String(value).split('e') as [string, string?];
  const [whole, fraction = ''] = mantissa.split('.') as [string, string?];
  const scale = fraction.length - Number(power);
  const digits = BigInt(whole + fraction);
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
}
