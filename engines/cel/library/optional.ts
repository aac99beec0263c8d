import type { Library } from '../check/environment.ts';
import { celFunction, global, member } from '../check/function.ts';
import { bool, dyn, int, list, map, opaque, optional, parameter, string } from '../check/type.ts';
import { EvaluationError } from '../error.ts';
import { select, selectOptional } from '../evaluate/select.ts';
import { BadMacro, type Macro } from '../syntax/macro.ts';
import { type ComprehensionNode, call, ident, literal, type Node } from '../syntax/node.ts';
import { List } from '../value/collection.ts';
import {
  Duration,
  ListValue,
  MapValue,
  none,
  Optional,
  Timestamp,
  Uint,
  type Value,
} from '../value/value.ts';

const [k, v] = [parameter('K'), parameter('V')];
const wrapped = optional(v);

/** A name for a value inside one part of an expression: a loop that never runs. */
export function binding(name: string, value: Node, within: Node, offset: number): ComprehensionNode {
  return {
    kind: 'comprehension',
    range: { kind: 'list', items: [], optional: new Set(), offset },
    variable: '#unused',
    variable2: undefined,
    accumulator: name,
    init: value,
    condition: literal(false, offset),
    step: ident(name, offset),
    result: within,
    offset,
  };
}

/** `a.optMap(x, f(x))`: an optional of the result, or none. */
function optMap(name: string, isFlat: boolean): Macro {
  return ([variable, body], offset, target) => {
    if (variable?.kind !== 'ident')
      throw new BadMacro(variable!, `${name}() variable name must be a simple identifier`);
    const value = call('value', [], offset, target);
    const bound = binding(variable.name, value, body!, offset);
    const result = isFlat ? bound : call('optional.of', [bound], offset);
    return call(
      '_?_:_',
      [call('hasValue', [], offset, target), result, call('optional.none', [], offset)],
      offset,
    );
  };
}

function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0n || value === 0 || value === '') return true;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Duration) return value.nanos === 0n;
  // Go's zero time is the first day of year 1.
  if (value instanceof Timestamp) return value.nanos === -62135596800n * 1_000_000_000n;
  if (value instanceof ListValue || value instanceof MapValue) return value.size === 0;
  return value instanceof Optional && value.value === undefined;
}

function held({ value }: Optional): Value {
  if (value === undefined) throw new EvaluationError('optional.none() dereference');
  return value;
}

function unwrap(values: ListValue): ListValue {
  const found: Value[] = [];
  for (const one of values) {
    if (!(one instanceof Optional)) throw new EvaluationError('no such overload');
    if (one.value !== undefined) found.push(one.value);
  }
  return new List(found);
}

function end(name: 'first' | 'last') {
  return celFunction(name, [
    member([list(v)], wrapped, (values: ListValue) =>
      values.size === 0 ? none : new Optional(values.at(name === 'first' ? 0 : values.size - 1)),
    ),
  ]);
}

/** Values that may be missing. https://github.com/google/cel-spec/wiki/proposal-246 */
export const optionalLibrary: Library = {
  types: [opaque('optional_type')],
  macros: new Map<string, Macro>([
    ['.optMap/2', optMap('optMap', false)],
    ['.optFlatMap/2', optMap('optFlatMap', true)],
  ]),
  functions: [
    celFunction('optional.of', [global([v], wrapped, (value: Value) => new Optional(value))]),
    celFunction('optional.ofNonZeroValue', [
      global([v], wrapped, (value: Value) => (isZero(value) ? none : new Optional(value))),
    ]),
    celFunction('optional.none', [global([], wrapped, () => none)]),
    celFunction('value', [member([wrapped], v, held)]),
    celFunction('hasValue', [member([wrapped], bool, ({ value }: Optional) => value !== undefined)]),
    celFunction('or', [
      member([wrapped, wrapped], wrapped, (a: Optional, b: Optional) => (a.value === undefined ? b : a)),
    ]),
    celFunction('orValue', [
      member([wrapped, v], v, ({ value }: Optional, other: Value) => (value === undefined ? other : value)),
    ]),
    celFunction('_?._', [global([dyn, string], wrapped, selectOptional)]),
    celFunction('_[?_]', [
      global([list(v), int], wrapped, selectOptional),
      global([optional(list(v)), int], wrapped, selectOptional),
      global([map(k, v), k], wrapped, selectOptional),
      global([optional(map(k, v)), k], wrapped, selectOptional),
    ]),
    celFunction('_[_]', [
      global([optional(list(v)), int], wrapped, select),
      global([optional(map(k, v)), k], wrapped, select),
    ]),
    end('first'),
    end('last'),
    celFunction('optional.unwrap', [global([list(wrapped)], list(v), unwrap)]),
    celFunction('unwrapOpt', [member([list(wrapped)], list(v), unwrap)]),
  ],
};
