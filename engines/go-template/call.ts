import { exhaustion, LimitError } from './error.ts';
import type { Node } from './node.ts';
import { assigned, canBeNil, mismatch, nilOf } from './parameter.ts';
import type { State } from './state.ts';
import { GoInt, integerOf, TemplateFunction, typeName, type Value } from './value.ts';

/** The type of the parameter that takes the nth argument. */
export function parameterType(callee: TemplateFunction, index: number): string {
  return callee.params[index] ?? callee.variadic ?? 'interface {}';
}

/** What is wrong with the number of arguments. `written` leaves a piped value out, as Go counts for variadics. */
export function countProblem(
  callee: TemplateFunction,
  name: string,
  given: number,
  written: number,
): string | undefined {
  const wanted = callee.params.length;
  if (callee.variadic !== undefined)
    return given < wanted
      ? `wrong number of args for ${name}: want at least ${wanted} got ${written}`
      : undefined;
  return given === wanted ? undefined : `wrong number of args for ${name}: want ${wanted} got ${given}`;
}

/** Call a function with arguments that are of its types. Its error points at the node. */
export function invoke(
  state: State,
  callee: TemplateFunction,
  name: string,
  node: Node,
  args: Value[],
): Value {
  let result: Value;
  try {
    result = callee.invoke(state.context, args as never[]);
  } catch (error) {
    // Limits end the whole render, and an exhausted stack has no room left to explain itself here.
    if (error instanceof LimitError || exhaustion(error) !== undefined) throw error;
    state.node = node;
    const message = error instanceof Error ? error.message : String(error);
    return state.fail(`error calling ${name}: ${message}`, error);
  }
  state.exceedIf(state.budget.tooLong(result) ?? state.budget.spendText(result));
  return result;
}

/** The built-in `call`: a function value with arguments, checked as Go's reflection does. */
export function callValue(state: State, name: string, callee: Value, args: Value[]): Value {
  if (callee === undefined || callee === null) throw new Error('call of nil');
  if (!(callee instanceof TemplateFunction))
    throw new Error(`non-function ${name} of type ${typeName(callee)}`);
  const wanted = callee.params.length;
  const isVariadic = callee.variadic !== undefined;
  if (isVariadic ? args.length < wanted : args.length !== wanted)
    throw new Error(
      `wrong number of args for ${name}: got ${args.length} want ${isVariadic ? 'at least ' : ''}${wanted}`,
    );
  const prepared = args.map((arg, index) =>
    preparedArgument(arg ?? undefined, parameterType(callee, index), `arg ${index}: `),
  );
  return callee.invoke(state.context, prepared as never[]);
}

/** An argument of `call`: unlike those of functions, integers are converted between their kinds. */
function preparedArgument(value: Value, type: string, prefix: string): Value {
  if (value === undefined) {
    if (canBeNil(type)) return nilOf(type);
    throw new Error(`${prefix}value is nil; should be of type ${type}`);
  }
  const result = assigned(value, type);
  if (result !== mismatch) return result;
  const integer = integerOf(value);
  if (integer !== undefined && type === 'int64') return BigInt.asIntN(64, integer);
  if (integer !== undefined && type === 'int') return Number(BigInt.asIntN(64, integer));
  if (integer !== undefined && /^u?int\d*$/.test(type)) return new GoInt(type as 'uint', integer).value;
  throw new Error(`${prefix}value has type ${typeName(value)}; should be ${type}`);
}

/** How reflect describes the callee of `call` when it was piped in. */
export function calleeText(value: Value): string {
  return typeof value === 'string' ? value : `<${typeName(value)} Value>`;
}
