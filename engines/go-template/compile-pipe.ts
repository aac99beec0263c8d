import type { Argument, Command, Evaluate } from './closure.ts';
import { compileCall, compileNamed } from './compile-call.ts';
import { compileNumber, compileTypedConstant } from './compile-constant.ts';
import { fieldOf } from './field-access.ts';
import {
  type ChainNode,
  type CommandNode,
  type FieldNode,
  type IdentifierNode,
  type Node,
  nodeText,
  type Operand,
  type PipeNode,
  type VariableNode,
} from './node.ts';
import { argument } from './parameter.ts';
import { quote } from './quote.ts';
import type { Scope } from './scope.ts';
import { type State, unset } from './state.ts';
import type { TemplateFunction, Value } from './value.ts';

/** Compile a pipeline: its value, after it was given to its variables. */
export function compilePipe(scope: Scope, pipe: PipeNode): Evaluate {
  const commands = pipe.commands.map((command, index) => compileCommand(scope, command, index > 0));
  const [only] = commands;
  const evaluate: Evaluate =
    commands.length === 1
      ? (state, dot) => {
          state.node = pipe;
          return only!(state, dot, undefined) ?? undefined;
        }
      : (state, dot) => {
          state.node = pipe;
          let value: Value;
          // A nil interface that goes through a pipeline is no value any more.
          for (const command of commands) value = command(state, dot, value) ?? undefined;
          return value;
        };
  return pipe.variables.length === 0 ? evaluate : compileVariables(scope, pipe, evaluate);
}

function compileVariables(scope: Scope, pipe: PipeNode, evaluate: Evaluate): Evaluate {
  const setters = pipe.variables.map(variable => {
    const name = variable.names[0]!;
    return pipe.assigns ? assigner(scope, name) : declarer(scope, name);
  });
  return (state, dot) => {
    const value = evaluate(state, dot);
    for (const set of setters) set(state, value);
    return value;
  };
}

type Setter = (state: State, value: Value) => void;

function declarer(scope: Scope, name: string): Setter {
  const slot = scope.declare(name);
  return (state, value) => {
    state.variables[slot] = value;
  };
}

/** Sets the variable of this name that was declared last. */
export function assigner(scope: Scope, name: string): Setter {
  const variable = scope.find(name);
  return (state, value) => {
    if (!variable || state.variables[variable.slot] === unset) state.fail(`undefined variable: ${name}`);
    state.variables[variable!.slot] = value;
  };
}

function compileCommand(scope: Scope, command: CommandNode, hasFinal: boolean): Command {
  const [first, ...rest] = command.args as [Operand, ...Operand[]];
  switch (first.type) {
    case 'field':
      return compileField(scope, first, rest, hasFinal);
    case 'chain':
      return compileChain(scope, first, rest, hasFinal);
    case 'identifier':
      return compileFunction(scope, first, command, rest, hasFinal);
    case 'variable':
      return compileVariable(scope, first, rest, hasFinal);
    case 'pipe':
      return rest.length > 0 || hasFinal ? refuseArguments(first) : compilePipe(scope, first);
  }
  if (rest.length > 0 || hasFinal) return refuseArguments(first, first);
  return compileConstant(first);
}

/** `at` is the node that Go has reached; a parenthesized pipeline and a variable are not marked before. */
function refuseArguments(first: Operand, at?: Node): Command {
  return state => {
    if (at) state.node = at;
    return state.fail(`can't give argument to non-function ${nodeText(first)}`);
  };
}

function compileConstant(
  node: Exclude<Operand, FieldNode | ChainNode | IdentifierNode | VariableNode | PipeNode>,
): Command {
  switch (node.type) {
    case 'dot':
      return (state, dot) => {
        state.node = node;
        return dot;
      };
    case 'nil':
      return state => {
        state.node = node;
        return state.fail('nil is not a command');
      };
    case 'number':
      return compileNumber(node);
  }
  const { value } = node;
  return state => {
    state.node = node;
    return value;
  };
}

function compileField(scope: Scope, node: FieldNode, args: Operand[], hasFinal: boolean): Command {
  const fields = compileFields(scope, node, node.names, args, hasFinal);
  const holder = scope.dotHolder;
  return (state, dot, final) => {
    state.node = node;
    return fields(state, dot, dot, held(state, holder), final);
  };
}

function compileChain(scope: Scope, node: ChainNode, args: Operand[], hasFinal: boolean): Command {
  if (node.node.type === 'nil')
    return state => {
      state.node = node;
      return state.fail(`indirection through explicit nil in ${nodeText(node)}`);
    };
  const receiver = compileOperand(scope, node.node);
  const fields = compileFields(scope, node, node.names, args, hasFinal);
  return (state, dot, final) => {
    state.node = node;
    return fields(state, dot, receiver(state, dot), undefined, final);
  };
}

function compileVariable(scope: Scope, node: VariableNode, args: Operand[], hasFinal: boolean): Command {
  const [name, ...names] = node.names as [string, ...string[]];
  const variable = scope.find(name);
  const read: Evaluate = state => {
    state.node = node;
    const value = variable ? state.variables[variable.slot] : unset;
    return value === unset ? state.fail(`undefined variable: ${name}`) : value;
  };
  if (names.length > 0) {
    const fields = compileFields(scope, node, names, args, hasFinal);
    const holder = variable?.holder;
    return (state, dot, final) => fields(state, dot, read(state, dot), held(state, holder), final);
  }
  const refuse = refuseArguments(node);
  if (args.length === 0 && !hasFinal) return read;
  return (state, dot, final) => {
    read(state, dot);
    return refuse(state, dot, final);
  };
}

/** What is in the slot of a holder, if there is one. */
function held(state: State, slot: number | undefined): Value {
  return slot === undefined ? undefined : (state.variables[slot] as Value);
}

type Fields = (state: State, dot: Value, receiver: Value, holder: Value, final: Value) => Value;

/** Compile a chain of fields; arguments go to the last one, which must then be a method. */
function compileFields(
  scope: Scope,
  node: Node,
  names: string[],
  args: Operand[],
  hasFinal: boolean,
): Fields {
  const last = names.length - 1;
  const hasArgs = args.length > 0 || hasFinal;
  const withArgs = compileMethod(scope, node, args, hasFinal);
  const plain = compileMethod(scope, node, [], false);
  return (state, dot, start, startHolder, final) => {
    let receiver = start;
    let holder = startHolder;
    for (let index = 0; index <= last; index++) {
      const isLast = index === last;
      const from = receiver;
      const site = isLast ? withArgs : plain;
      receiver = fieldOf(state, from, names[index]!, holder, isLast && hasArgs, (method, name) =>
        site(method, name)(state, dot, final),
      );
      holder = from;
    }
    return receiver;
  };
}

/** Methods are known only when the value is: the call compiled last is kept. */
function compileMethod(
  scope: Scope,
  node: Node,
  operands: Operand[],
  hasFinal: boolean,
): (method: TemplateFunction, name: string) => Command {
  const args = operands.map(operand => compileArgument(scope, operand));
  let kept: { method: TemplateFunction; command: Command } | undefined;
  return (method, name) => {
    if (kept?.method !== method) kept = { method, command: compileCall(method, name, node, args, hasFinal) };
    return kept.command;
  };
}

/** `node` is what an error of the function itself points at: the command, or the bare name as an argument. */
function compileFunction(
  scope: Scope,
  identifier: IdentifierNode,
  node: Node,
  operands: Operand[],
  hasFinal: boolean,
): Command {
  const { name } = identifier;
  const found = scope.functionNamed(name);
  const args = operands.map(operand => compileArgument(scope, operand));
  const command = found
    ? compileNamed(name, found.function, found.isBuiltin, node, operands, args, hasFinal)
    : (state: State) => state.fail(`${quote(name)} is not a defined function`);
  return (state, dot, final) => {
    state.node = identifier;
    return command(state, dot, final);
  };
}

/** An operand whose value is wanted as it is. */
function compileOperand(scope: Scope, node: Operand): Evaluate {
  switch (node.type) {
    case 'field':
      return asEvaluate(compileField(scope, node, [], false));
    case 'chain':
      return asEvaluate(compileChain(scope, node, [], false));
    case 'variable':
      return asEvaluate(compileVariable(scope, node, [], false));
    case 'identifier':
      return asEvaluate(compileFunction(scope, node, node, [], false));
    case 'pipe':
      return compilePipe(scope, node);
  }
  return asEvaluate(compileConstant(node));
}

function asEvaluate(command: Command): Evaluate {
  return (state, dot) => command(state, dot, undefined);
}

/** Compile an argument. Names are resolved at once, the type comes later: with the function or the method. */
function compileArgument(scope: Scope, node: Operand): Argument {
  if (node.type === 'bool' || node.type === 'string' || node.type === 'number' || node.type === 'nil')
    return type => compileTypedConstant(node, type);
  const evaluate = compileOperand(scope, node);
  return type => (state, dot) => {
    state.node = node;
    return argument(state, evaluate(state, dot), type);
  };
}
