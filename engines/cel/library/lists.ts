import type { Library } from '../check/environment.ts';
import { type CallCost, celFunction, global, member } from '../check/function.ts';
import {
  bool,
  bytes,
  double,
  duration,
  dyn,
  int,
  list,
  parameter,
  string,
  timestamp,
  uint,
} from '../check/type.ts';
import { sizeOf } from '../cost/size.ts';
import { EvaluationError } from '../error.ts';
import { BadMacro, collection, loop, type Macro, variableOf } from '../syntax/macro.ts';
import { call, ident } from '../syntax/node.ts';
import { List } from '../value/collection.ts';
import { equal, order } from '../value/equal.ts';
import { typeOf } from '../value/type-of.ts';
import { ListValue, type Value } from '../value/value.ts';
import { binding } from './optional.ts';

const item = parameter('T');
const items = list(item);
const comparable = [int, uint, double, bool, duration, timestamp, string, bytes];

/** A call costs 1, the list that it makes 10. */
const made = 11;

const output: CallCost = (_args, result) => made + sizeOf(result);
const flattening: CallCost = ([values, depth]) => made + sizeOf(values) * Number(depth ?? 1);

/** Every item against every other; texts cost a little more. */
function selfComparing(values: Value | undefined): number {
  const size = sizeOf(values);
  if (size === 0 || !(values instanceof ListValue)) return made;
  const first = values.at(0);
  const isText = typeof first === 'string' || first instanceof Uint8Array;
  return made + Math.floor(size * size * (isText ? 2.1 : 2));
}

function slice(values: ListValue, start: bigint, end: bigint): List {
  const fail = (why: string) => new EvaluationError(`cannot slice(${start}, ${end}), ${why}`);
  if (start < 0n || end < 0n) throw fail('negative indexes not supported');
  if (start > end) throw fail('start index must be less than or equal to end index');
  if (BigInt(values.size) < end) throw fail(`list is length ${values.size}`);
  return new List([...values].slice(Number(start), Number(end)));
}

function flatten(values: ListValue, depth: bigint): Value[] {
  if (depth < 0n) throw new EvaluationError('level must be non-negative');
  return [...values].flatMap(value =>
    value instanceof ListValue && depth > 0n ? flatten(value, depth - 1n) : [value],
  );
}

function sort(values: ListValue, keys: ListValue): ListValue {
  if (values.size !== keys.size)
    throw new EvaluationError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${values.size} and ${keys.size} elements respectively`,
    );
  if (values.size === 0) return values;
  const pairs = [...values].map((value, i) => [value, keys.at(i)] as const);
  const first = pairs[0]![1];
  if (order(first, first) === undefined && typeof first !== 'number')
    throw new EvaluationError('list elements must be comparable');
  if (pairs.some(([, key]) => typeOf(key) !== typeOf(first)))
    throw new EvaluationError('list elements must have the same type');
  return new List(pairs.sort(([, a], [, b]) => order(a, b) ?? 0).map(([value]) => value));
}

function distinct(values: ListValue): ListValue {
  const found: Value[] = [];
  for (const value of values) if (!found.some(one => equal(one, value))) found.push(value);
  return new List(found);
}

/** No list is that long: its values alone would exceed every limit. */
const longest = 1_000_000n;

function range(count: bigint): List {
  if (count > longest) throw new EvaluationError(`lists.range(${count}) is longer than ${longest}`);
  return new List(Array.from({ length: Math.max(0, Number(count)) }, (_, i) => BigInt(i)));
}

const input = '@__sortBy_input__';

/** `values.sortBy(x, key(x))`: the list is bound to a name, its keys are made, and it is sorted by them. */
const sortBy: Macro = ([variable, key], offset, target) => {
  if (!target || target.kind === 'literal' || target.kind === 'map' || target.kind === 'struct')
    throw new BadMacro(
      target ?? variable!,
      'sortBy can only be applied to a list, identifier, comprehension, call or select expression',
    );
  const name = variableOf(variable!, 'argument is not an identifier');
  const keys = loop(ident(input, offset), [name], offset, collection(key!, undefined, offset));
  return binding(input, target, call('@sortByAssociatedKeys', [keys], offset, ident(input, offset)), offset);
};

/** Version 3 of the extension. https://pkg.go.dev/github.com/google/cel-go/ext#Lists */
export const listsLibrary: Library = {
  macros: new Map([['.sortBy/2', sortBy]]),
  functions: [
    celFunction('slice', [member([items, int, int], items, slice, output)]),
    celFunction('flatten', [
      member([list(items)], items, (values: ListValue) => new List(flatten(values, 1n)), flattening),
      member(
        [list(dyn), int],
        list(dyn),
        (values: ListValue, depth: bigint) => new List(flatten(values, depth)),
        flattening,
      ),
    ]),
    celFunction(
      'sort',
      comparable.map(type =>
        member(
          [list(type)],
          list(type),
          (values: ListValue) => sort(values, values),
          ([values]) => selfComparing(values),
        ),
      ),
    ),
    celFunction(
      '@sortByAssociatedKeys',
      comparable.map(type => member([items, list(type)], items, sort, ([, keys]) => selfComparing(keys))),
    ),
    celFunction('lists.range', [global([int], list(int), range, output)]),
    celFunction('reverse', [
      member([items], items, (values: ListValue) => new List([...values].reverse()), output),
    ]),
    celFunction('distinct', [member([items], items, distinct, ([values]) => selfComparing(values))]),
  ],
};
