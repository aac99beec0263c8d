import type { ResolvedCall } from '../check/checked.ts';
import type { CallCost, CelFunction, Overload } from '../check/function.ts';
import { EvaluationError } from '../error.ts';
import type { CallNode } from '../syntax/node.ts';
import { List } from '../value/collection.ts';
import { equal } from '../value/equal.ts';
import { compiled } from '../value/regular-expression.ts';
import { isOf, typeOf } from '../value/type-of.ts';
import { Optional, Uint, type Value } from '../value/value.ts';
import { attempt } from './control.ts';
import type { Frame, Step } from './frame.ts';
import { constant, type Parts, type Planned } from './planned.ts';

/** A call of a function; its arguments are evaluated first, except where the function needs them only at times. */
export function planCall(planner: Parts, node: CallNode): Planned {
  const call = planner.checked.calls.get(node)!;
  const args = call.args.map(arg => planner.plan(arg));
  const { name } = call.function;
  if (name === 'orValue' || name === 'or')
    return { step: alternative(args[0]!.step, args[1]!.step, name === 'or') };
  if (patterned.includes(name) && typeof args[1]?.constant === 'string') compiled(args[1].constant);
  if (name === '@in' && args[1]!.constant instanceof List && args[1]!.constant.items.every(isPlain))
    return { step: membership(args[0]!.step, args[1]!.constant) };
  const [only] = args;
  if (call.function.isConversion && args.length === 1 && only!.constant !== undefined)
    return constant(invoke(call.function, call.overloads, [only!.constant]));
  return {
    step: calling(
      call,
      args.map(({ step }) => step),
    ),
  };
}

function calling({ function: known, overloads }: ResolvedCall, steps: readonly Step[]): Step {
  const cost = known.cost ?? (overloads.length === 1 ? overloads[0]!.cost : undefined) ?? nominal;
  return frame => {
    const args = evaluated(steps, frame, cost);
    let result: Value | undefined;
    try {
      return (result = invoke(known, overloads, args));
    } finally {
      frame.charge(cost(args, result));
    }
  };
}

/** Functions whose second argument is a pattern. One that is written out is looked at beforehand. */
const patterned = ['matches', 'find', 'findAll'];

function isPlain(value: Value): boolean {
  return value === null || typeof value !== 'object' || value instanceof Uint;
}

/** The arguments. A call whose argument has no value costs as much as if it had been made, unless it has many. */
function evaluated(steps: readonly Step[], frame: Frame, cost: CallCost): Value[] {
  if (steps.length > 2) return steps.map(step => step(frame));
  const args = steps.map(step => attempt(step, frame));
  const failed = args.find(arg => arg instanceof EvaluationError);
  if (!failed) return args as Value[];
  frame.charge(
    cost(
      args.map(arg => (arg instanceof EvaluationError ? null : arg)),
      undefined,
    ),
  );
  throw failed;
}

const nominal: CallCost = () => 1;

/** The result of the first overload that takes the arguments. Throws EvaluationError. */
function invoke(known: CelFunction, overloads: readonly Overload[], args: readonly Value[]): Value {
  for (const overload of overloads) {
    if (overload.parameters.every((type, i) => isOf(args[i]!, type))) return overload.call(...args);
  }
  throw new EvaluationError((known.mismatch ?? mismatch)(args, known.name));
}

function mismatch(args: readonly Value[], name: string): string {
  return `no such overload: ${name}(${args.map(arg => typeOf(arg).name).join(', ')})`;
}

/** `a.or(b)` and `a.orValue(b)`: the second counts only where the first is none, and the choice itself is free. */
function alternative(first: Step, second: Step, isOptional: boolean): Step {
  return frame => {
    const value = first(frame);
    // What is no optional has a value.
    if (!(value instanceof Optional)) return value;
    if (value.value === undefined) return second(frame);
    return isOptional ? value : value.value;
  };
}

/** `x in [a, b]` for a constant list is free. */
function membership(element: Step, list: List): Step {
  return frame => {
    const value = element(frame);
    return list.items.some(item => equal(item, value));
  };
}
