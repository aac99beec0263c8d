import type { CallCost } from '../../check/function.ts';
import { type CelFunction, celFunction, global, type Overload } from '../../check/function.ts';
import {
  bool,
  bytes,
  double,
  duration,
  int,
  list,
  map,
  parameter,
  string,
  type Type,
  timestamp,
  uint,
} from '../../check/type.ts';
import { comparing, sizeOf } from '../../cost/size.ts';
import { EvaluationError } from '../../error.ts';
import { equal, order } from '../../value/equal.ts';
import { type ListValue, type MapValue, OpaqueValue, type Value } from '../../value/value.ts';
import { operatorMismatch } from './arithmetic.ts';

const [a, b] = [parameter('A'), parameter('B')];

/** Comparing what libraries add costs 1; everything else by its size. */
const equality: CallCost = args => (args[0] instanceof OpaqueValue ? 1 : comparing(args, undefined));

const numbers = [int, uint, double];
const crossed = numbers.flatMap(one => numbers.filter(other => other !== one).map(other => [one, other]));
const alike: [Type, CallCost?][] = [
  [bool],
  [int],
  [uint],
  [double],
  [string, comparing],
  [bytes, comparing],
  [timestamp],
  [duration],
];
const ordered = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'];

function relation(name: string, holds: (order: number) => boolean): CelFunction {
  const compare = (x: Value, y: Value): boolean => {
    const found = order(x, y);
    if (found === undefined && typeof x !== 'number' && typeof y !== 'number')
      throw new EvaluationError('no such overload');
    if (found === undefined) throw new EvaluationError('NaN values cannot be ordered');
    return holds(found);
  };
  const overloads: Overload[] = [
    ...alike.map(([type, cost]) => global([type, type], bool, compare, cost)),
    ...crossed.map(types => global(types, bool, compare)),
  ];
  return celFunction(name, overloads, { mismatch: operatorMismatch(ordered) });
}

/** https://github.com/google/cel-spec/blob/master/doc/langdef.md#equality, #ordering, #membership */
export const relations: readonly CelFunction[] = [
  celFunction('_==_', [global([a, a], bool, (x: Value, y: Value) => equal(x, y), equality)]),
  celFunction('_!=_', [global([a, a], bool, (x: Value, y: Value) => !equal(x, y), comparing)]),
  relation('_<_', found => found < 0),
  relation('_<=_', found => found <= 0),
  relation('_>_', found => found > 0),
  relation('_>=_', found => found >= 0),
  celFunction(
    '@in',
    [
      global(
        [a, list(a)],
        bool,
        (item: Value, within: ListValue) => contains(within, item),
        ([, within]) => sizeOf(within),
      ),
      global([a, map(a, b)], bool, (key: Value, within: MapValue) => within.find(key) !== undefined),
    ],
    { mismatch: () => 'no such overload' },
  ),
  celFunction('!_', [global([bool], bool, (x: boolean) => !x)], {
    mismatch: operatorMismatch(['bool', 'int', 'double', 'duration']),
  }),
  // Evaluated where they stand; declared for their types.
  celFunction('_&&_', [global([bool, bool], bool, (x: boolean, y: boolean) => x && y)]),
  celFunction('_||_', [global([bool, bool], bool, (x: boolean, y: boolean) => x || y)]),
  celFunction('_?_:_', [global([bool, a, a], a, (x: boolean, y: Value, z: Value) => (x ? y : z))]),
  celFunction('@not_strictly_false', [global([bool], bool, (x: boolean) => x)]),
];

function contains(within: ListValue, item: Value): boolean {
  for (const one of within) if (equal(one, item)) return true;
  return false;
}
