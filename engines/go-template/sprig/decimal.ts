/** A decimal number of any size: coefficient × 10^exponent. */
export interface Decimal {
  coefficient: bigint;
  exponent: number;
}

/** Digits after the point that a quotient is rounded to: shopspring/decimal's DivisionPrecision. */
const divisionPrecision = 16;

/** The shortest decimal that is read back as the float. */
export function fromFloat(value: number): Decimal {
  if (!Number.isFinite(value)) throw new Error(`Cannot create a Decimal from ${goName(value)}`);
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { coefficient: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

function goName(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

/** The float nearest to the decimal. */
export function toFloat({ coefficient, exponent }: Decimal): number {
  return Number(`${coefficient}e${exponent}`);
}

export function add(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return { coefficient: scaled(a, exponent) + scaled(b, exponent), exponent };
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, { coefficient: -b.coefficient, exponent: b.exponent });
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  return { coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent };
}

/** The quotient to 16 places, halves away from zero. Throws for a divisor of 0. */
export function divide(a: Decimal, b: Decimal): Decimal {
  if (b.coefficient === 0n) throw new Error('decimal division by 0');
  const exponent = Math.min(a.exponent, b.exponent - divisionPrecision);
  const dividend = magnitude(scaled(a, exponent));
  const divisor = magnitude(scaled(b, exponent + divisionPrecision));
  const quotient = (2n * dividend + divisor) / (2n * divisor);
  const isNegative = a.coefficient < 0n !== b.coefficient < 0n;
  return { coefficient: isNegative ? -quotient : quotient, exponent: -divisionPrecision };
}

function scaled({ coefficient, exponent }: Decimal, to: number): bigint {
  return coefficient * 10n ** BigInt(exponent - to);
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
