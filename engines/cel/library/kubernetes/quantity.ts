import { type ExactQuantity, exactQuantity } from '@millrace/schema';
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

/** A resource quantity, exact to the billionth. */
class Quantity extends OpaqueValue {
  readonly type = quantityType;
  readonly nanos: bigint;
  readonly scale: number | undefined;

  constructor({ nanos, scale }: ExactQuantity) {
    super();
    this.nanos = nanos;
    this.scale = scale;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof Quantity && this.nanos === other.nanos;
  }

  /** Undefined where apimachinery sees no integer: also for amounts like 1000m, or so long that it keeps a decimal. */
  get integer(): bigint | undefined {
    const whole = this.nanos / one;
    return this.scale !== undefined && this.scale >= 0 && fitsInt(whole) ? whole : undefined;
  }
}

/** Throws EvaluationError. */
function parseQuantity(text: string): Quantity {
  const exact = /^\s|\s$/.test(text) ? undefined : exactQuantity(text);
  if (exact !== undefined) return new Quantity(exact);
  throw new EvaluationError(
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  );
}

/** Kubernetes multiplies where it keeps a whole number and a power of ten. */
function approximately({ nanos, scale }: Quantity): number {
  if (scale === undefined) return Number(nanos) / 1e9;
  return Number(nanos / 10n ** BigInt(scale + 9)) * Number(`1e${scale}`);
}

function asInteger({ integer }: Quantity): bigint {
  if (integer !== undefined) return integer;
  throw new EvaluationError('cannot convert value to integer');
}

function compare(a: Quantity, b: Quantity): bigint {
  return a.nanos < b.nanos ? -1n : a.nanos > b.nanos ? 1n : 0n;
}

function sign({ nanos }: Quantity): bigint {
  return nanos < 0n ? -1n : nanos > 0n ? 1n : 0n;
}

function plus(a: Quantity, b: Quantity, factor: bigint): Quantity {
  return new Quantity({ nanos: a.nanos + factor * b.nanos, scale: sumScale(a, b, factor) });
}

/** A sum stays a whole number of the finer of two scales, as long as it fits into 64 bits. */
function sumScale(a: Quantity, b: Quantity, factor: bigint): number | undefined {
  if (a.scale === undefined || b.scale === undefined) return undefined;
  const scale = Math.min(a.scale, b.scale);
  const unit = 10n ** BigInt(scale + 9);
  return fitsInt((a.nanos + factor * b.nanos) / unit) ? scale : undefined;
}

function whole(value: bigint): Quantity {
  return new Quantity({ nanos: value * one, scale: 0 });
}

function sum(name: string, factor: bigint): CelFunction {
  return celFunction(
    name,
    [
      member([quantityType, quantityType], quantityType, (a: Quantity, b: Quantity) => plus(a, b, factor)),
      member([quantityType, int], quantityType, (a: Quantity, b: bigint) => plus(a, whole(b), factor)),
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
    celFunction('asApproximateFloat', [member([quantityType], double, approximately)], { cost: nominal }),
    celFunction('asInteger', [member([quantityType], int, asInteger)], { cost: nominal }),
    celFunction(
      'isInteger',
      [member([quantityType], bool, ({ integer }: Quantity) => integer !== undefined)],
      { cost: nominal },
    ),
    sum('add', 1n),
    sum('sub', -1n),
  ],
};
