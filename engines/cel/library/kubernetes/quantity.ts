import { canonicalQuantity } from '@millrace/schema';
import type { Library } from '../../check/environment.ts';
import { type CelFunction, celFunction, global, member } from '../../check/function.ts';
import { bool, double, int, opaque, string } from '../../check/type.ts';
import { reading } from '../../cost/size.ts';
import { EvaluationError } from '../../error.ts';
import { fitsInt } from '../../value/integer.ts';
import { OpaqueValue } from '../../value/value.ts';
import { nominal, succeeds } from './ip.ts';

export const quantityType = opaque('kubernetes.Quantity');

const one = 1_000_000_000n;
const decimal: Readonly<Record<string, number>> = {
  n: 0,
  u: 3,
  m: 6,
  '': 9,
  k: 12,
  M: 15,
  G: 18,
  T: 21,
  P: 24,
  E: 27,
};
const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** A resource quantity, exact to the billionth. */
class Quantity extends OpaqueValue {
  readonly type = quantityType;
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    super();
    this.nanos = nanos;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof Quantity && this.nanos === other.nanos;
  }
}

/** Throws EvaluationError. */
function parseQuantity(text: string): Quantity {
  const canonical = /^\s|\s$/.test(text) ? undefined : canonicalQuantity(text);
  const [, digits, suffix = ''] = /^(-?\d+)(.*)$/.exec(canonical ?? '') ?? [];
  if (digits === undefined)
    throw new EvaluationError(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  const power = binary.indexOf(suffix);
  if (power > 0) return new Quantity(BigInt(digits) * 1024n ** BigInt(power) * one);
  const exponent = decimal[suffix] ?? Number(suffix.slice(1)) + 9;
  return new Quantity(BigInt(digits) * 10n ** BigInt(exponent));
}

function asInteger({ nanos }: Quantity): bigint {
  const whole = nanos / one;
  if (whole * one === nanos && fitsInt(whole)) return whole;
  throw new EvaluationError('cannot convert value to integer');
}

function compare(a: Quantity, b: Quantity): bigint {
  return a.nanos < b.nanos ? -1n : a.nanos > b.nanos ? 1n : 0n;
}

function sign({ nanos }: Quantity): bigint {
  return nanos < 0n ? -1n : nanos > 0n ? 1n : 0n;
}

function sum(name: string, factor: bigint): CelFunction {
  return celFunction(
    name,
    [
      member(
        [quantityType, quantityType],
        quantityType,
        (a: Quantity, b: Quantity) => new Quantity(a.nanos + factor * b.nanos),
      ),
      member(
        [quantityType, int],
        quantityType,
        (a: Quantity, b: bigint) => new Quantity(a.nanos + factor * b * one),
      ),
    ],
    { cost: nominal },
  );
}

/** https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-quantity-library */
export const quantityLibrary: Library = {
  functions: [
    celFunction('quantity', [global([string], quantityType, parseQuantity)], { cost: reading() }),
    celFunction('isQuantity', [global([string], bool, succeeds(parseQuantity))], { cost: reading() }),
    celFunction('sign', [global([quantityType], int, sign)], { cost: nominal }),
    celFunction(
      'isGreaterThan',
      [member([quantityType, quantityType], bool, (a: Quantity, b: Quantity) => compare(a, b) > 0n)],
      { cost: nominal },
    ),
    celFunction(
      'isLessThan',
      [member([quantityType, quantityType], bool, (a: Quantity, b: Quantity) => compare(a, b) < 0n)],
      { cost: nominal },
    ),
    celFunction('compareTo', [member([quantityType, quantityType], int, compare)], { cost: nominal }),
    celFunction(
      'asApproximateFloat',
      [member([quantityType], double, ({ nanos }: Quantity) => Number(nanos) / 1e9)],
      { cost: nominal },
    ),
    celFunction('asInteger', [member([quantityType], int, asInteger)], { cost: nominal }),
    celFunction(
      'isInteger',
      [
        member([quantityType], bool, (value: Quantity) => {
          const whole = value.nanos / one;
          return whole * one === value.nanos && fitsInt(whole);
        }),
      ],
      { cost: nominal },
    ),
    sum('add', 1n),
    sum('sub', -1n),
  ],
};
