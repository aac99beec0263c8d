import type { Library } from '../../check/environment.ts';
import { type CallCost, type CelFunction, celFunction, member } from '../../check/function.ts';
import {
  bool,
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
import { traversal } from '../../cost/size.ts';
import { EvaluationError } from '../../error.ts';
import { equal, order } from '../../value/equal.ts';
import { checkedInt, checkedUint } from '../../value/integer.ts';
import { fitsDuration } from '../../value/time.ts';
import { Duration, type ListValue, Uint, type Value } from '../../value/value.ts';

const comparable = [int, uint, double, bool, duration, timestamp, string, bytes];
const item = parameter('A');

/** One look at every value. It is the price of these names wherever they are used, on texts too. */
const oneTraversal: CallCost = ([value]) => traversal(value);

function compared(a: Value, b: Value): number {
  const found = order(a, b);
  if (found === undefined) throw new EvaluationError('no such overload');
  return found;
}

function isSorted(values: ListValue): boolean {
  for (let i = 1; i < values.size; i++) if (compared(values.at(i - 1), values.at(i)) > 0) return false;
  return true;
}

function extreme(name: 'min' | 'max'): CelFunction {
  const sign = name === 'min' ? -1 : 1;
  const call = (values: ListValue): Value => {
    if (values.size === 0) throw new EvaluationError(`${name} called on empty list`);
    let best = values.at(0);
    for (const value of values) if (compared(value, best) * sign > 0) best = value;
    return best;
  };
  return celFunction(
    name,
    comparable.map(type => member([list(type)], type, call)),
    { cost: oneTraversal },
  );
}

const sums: readonly [Type, (values: never[]) => Value][] = [
  [int, (values: bigint[]) => values.reduce((sum, value) => checkedInt(sum + value), 0n)],
  [uint, (values: Uint[]) => values.reduce((sum, { value }) => checkedUint(sum.value + value), new Uint(0n))],
  [double, (values: number[]) => values.reduce((sum, value) => sum + value, 0)],
  [duration, (values: Duration[]) => values.reduce(added, new Duration(0n))],
];

function added(a: Duration, b: Duration): Duration {
  const nanos = a.nanos + b.nanos;
  if (!fitsDuration(nanos)) throw new EvaluationError('duration overflow');
  return new Duration(nanos);
}

function indexOf(values: ListValue, wanted: Value): bigint {
  for (let i = 0; i < values.size; i++) if (equal(values.at(i), wanted)) return BigInt(i);
  return -1n;
}

function lastIndexOf(values: ListValue, wanted: Value): bigint {
  for (let i = values.size - 1; i >= 0; i--) if (equal(values.at(i), wanted)) return BigInt(i);
  return -1n;
}

/** https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-list-library */
export const kubernetesListsLibrary: Library = {
  functions: [
    celFunction(
      'isSorted',
      comparable.map(type => member([list(type)], bool, isSorted)),
      { cost: oneTraversal },
    ),
    celFunction(
      'sum',
      sums.map(([type, sum]) =>
        member([list(type)], type, (values: ListValue) => sum([...values] as never[])),
      ),
      { cost: oneTraversal },
    ),
    extreme('min'),
    extreme('max'),
    celFunction('indexOf', [member([list(item), item], int, indexOf)], { cost: oneTraversal }),
    celFunction('lastIndexOf', [member([list(item), item], int, lastIndexOf)], { cost: oneTraversal }),
  ],
};
