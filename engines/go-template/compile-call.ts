import { calleeText, callValue, countProblem, invoke, parameterType } from './call.ts';
import type { Argument, Command } from './closure.ts';
import { type Node, nodeText, type Operand } from './node.ts';
import { argument } from './parameter.ts';
import { isTrue, TemplateFunction, type Value } from './value.ts';

/** Compile a call of a function by name: three of the built-in ones have rules of their own. */
export function compileNamed(
  name: string,
  callee: TemplateFunction,
  isBuiltin: boolean,
  node: Node,
  operands: Operand[],
  args: Argument[],
  hasFinal: boolean,
): Command {
  const isLogic = name === 'and' || name === 'or';
  if (!isBuiltin || !(isLogic || name === 'call')) return compileCall(callee, name, node, args, hasFinal);
  const given = args.length + (hasFinal ? 1 : 0);
  const problem = countProblem(callee, name, given, args.length);
  if (problem !== undefined) return state => state.fail(problem);
  if (isLogic) return compileLogic(name === 'or', args, hasFinal);
  return compileCallBuiltin(node, operands, args, hasFinal);
}

/** Evaluates only as many arguments as decide. */
function compileLogic(stopsAt: boolean, args: Argument[], hasFinal: boolean): Command {
  const evaluate = args.map(arg => arg('reflect.Value'));
  return (state, dot, final) => {
    let value: Value;
    for (const arg of evaluate) {
      value = arg(state, dot);
      if (isTrue(value) === stopsAt) return value;
    }
    return hasFinal ? final : value;
  };
}

function compileCallBuiltin(node: Node, operands: Operand[], args: Argument[], hasFinal: boolean): Command {
  const evaluate = args.map(arg => arg('reflect.Value'));
  return (state, dot, final) => {
    const values = evaluate.map(arg => arg(state, dot));
    if (hasFinal) values.push(final);
    const name = operands[0] ? nodeText(operands[0]) : calleeText(final);
    // As a function like others, so that what it throws is reported like the error of any of them.
    const call = new TemplateFunction([], 'reflect.Value', () =>
      callValue(state, name, values[0], values.slice(1)),
    );
    return invoke(state, call, 'call', node, values);
  };
}

/** Compile a call of a function or method whose arguments are not typed yet. */
export function compileCall(
  callee: TemplateFunction,
  name: string,
  node: Node,
  args: Argument[],
  hasFinal: boolean,
): Command {
  const given = args.length + (hasFinal ? 1 : 0);
  const problem = countProblem(callee, name, given, args.length);
  if (problem !== undefined) return state => state.fail(problem);
  const evaluate = args.map((arg, index) => arg(parameterType(callee, index)));
  const finalType = parameterType(callee, args.length);
  return (state, dot, final) => {
    const values: Value[] = [];
    for (const arg of evaluate) values.push(arg(state, dot));
    if (hasFinal) values.push(argument(state, final, finalType));
    return invoke(state, callee, name, node, values);
  };
}
