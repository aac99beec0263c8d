import { type CelFunction, celFunction, global, type Overload } from '../../check/function.ts';
import {
  bytes,
  double,
  duration,
  int,
  list,
  parameter,
  string,
  type Type,
  timestamp,
  uint,
} from '../../check/type.ts';
import { joining } from '../../cost/size.ts';
import { EvaluationError } from '../../error.ts';
import { GrowingList, List } from '../../value/collection.ts';
import { checkedInt, checkedUint } from '../../value/integer.ts';
import { fitsDuration, fitsTimestamp } from '../../value/time.ts';
import { typeOf } from '../../value/type-of.ts';
import { Duration, type ListValue, Timestamp, type Uint, type Value } from '../../value/value.ts';

/** These answer calls of any operator themselves, and never name it. */
const answering = ['string', 'timestamp', 'duration'];

/** The error of an operator, which names itself only where the first operand knows no such operation at all. */
export function operatorMismatch(known: readonly string[]) {
  return ([first]: readonly Value[], name: string): string => {
    const { kind } = typeOf(first!);
    const isBare = known.includes(kind) || answering.includes(kind);
    return isBare ? 'no such overload' : `no such overload: ${name}`;
  };
}

function overflow(value: bigint, isTime = false): bigint {
  if (isTime ? fitsTimestamp(value) : fitsDuration(value)) return value;
  throw new EvaluationError(isTime ? 'timestamp overflow' : 'duration overflow');
}

const intOf = (operate: (a: bigint, b: bigint) => bigint): Overload =>
  global([int, int], int, (a: bigint, b: bigint) => checkedInt(operate(a, b)));
const uintOf = (operate: (a: bigint, b: bigint) => bigint): Overload =>
  global([uint, uint], uint, (a: Uint, b: Uint) => checkedUint(operate(a.value, b.value)));
const doubleOf = (operate: (a: number, b: number) => number): Overload =>
  global([double, double], double, operate);

const time = (parameters: Type[], result: Type, operate: (a: bigint, b: bigint) => bigint): Overload =>
  global(parameters, result, (a: Timestamp | Duration, b: Timestamp | Duration) => {
    const nanos = overflow(operate(a.nanos, b.nanos), result === timestamp);
    if (result !== timestamp) return new Duration(nanos);
    return new Timestamp(nanos, (a as Timestamp).offset ?? (b as Timestamp).offset);
  });

function concatenated(a: ListValue, b: ListValue): ListValue {
  if (a instanceof GrowingList) return a.with(b);
  return a.concat?.(b) ?? new List([...a, ...b]);
}

function nonZero(value: bigint, what: string): bigint {
  if (value === 0n) throw new EvaluationError(`${what} by zero`);
  return value;
}

const items = list(parameter('A'));
const plus = (a: bigint, b: bigint) => a + b;
const minus = (a: bigint, b: bigint) => a - b;
const divided = (a: bigint, b: bigint) => a / nonZero(b, 'division');
const remainder = (a: bigint, b: bigint) => a % nonZero(b, 'modulus');

/** https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions */
export const arithmetic: readonly CelFunction[] = [
  celFunction(
    '_+_',
    [
      global([bytes, bytes], bytes, (a: Uint8Array, b: Uint8Array) => Buffer.concat([a, b]), joining),
      doubleOf((a, b) => a + b),
      time([duration, duration], duration, plus),
      time([duration, timestamp], timestamp, plus),
      time([timestamp, duration], timestamp, plus),
      intOf(plus),
      global([items, items], items, concatenated),
      global([string, string], string, (a: string, b: string) => a + b, joining),
      uintOf(plus),
    ],
    {
      mismatch: operatorMismatch('int uint double string bytes list timestamp duration'.split(' ')),
    },
  ),
  celFunction(
    '_-_',
    [
      doubleOf((a, b) => a - b),
      time([duration, duration], duration, minus),
      intOf(minus),
      time([timestamp, duration], timestamp, minus),
      time([timestamp, timestamp], duration, minus),
      uintOf(minus),
    ],
    { mismatch: operatorMismatch(['int', 'uint', 'double', 'timestamp', 'duration']) },
  ),
  celFunction('_*_', [doubleOf((a, b) => a * b), intOf((a, b) => a * b), uintOf((a, b) => a * b)], {
    mismatch: operatorMismatch(['int', 'uint', 'double']),
  }),
  celFunction('_/_', [doubleOf((a, b) => a / b), intOf(divided), uintOf(divided)], {
    mismatch: operatorMismatch(['int', 'uint', 'double']),
  }),
  celFunction('_%_', [intOf(remainder), uintOf(remainder)], { mismatch: operatorMismatch(['int', 'uint']) }),
  celFunction(
    '-_',
    [global([double], double, (a: number) => -a), global([int], int, (a: bigint) => checkedInt(-a))],
    { mismatch: operatorMismatch(['bool', 'int', 'double', 'string', 'duration']) },
  ),
];
