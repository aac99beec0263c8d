import type { Evaluate } from './closure.ts';
import { idealConstant, type NumberNode, nodeText, type Operand } from './node.ts';
import { canBeNil, isIntegerType, nilOf } from './parameter.ts';
import type { Value } from './value.ts';

/** A number where no type is asked for. */
export function compileNumber(node: NumberNode): Evaluate {
  const value = idealConstant(node);
  return state => {
    state.node = node;
    return value ?? state.fail(`${node.text} overflows int`);
  };
}

type Constant = Extract<Operand, { type: 'bool' | 'string' | 'number' | 'nil' }>;

/** A constant takes the type of its parameter, if it can. */
export function compileTypedConstant(node: Constant, type: string): Evaluate {
  const value = typedConstant(node, type);
  return state => {
    state.node = node;
    return 'problem' in value ? state.fail(value.problem) : value.value;
  };
}

function typedConstant(node: Constant, type: string): { value: Value } | { problem: string } {
  if (node.type === 'nil')
    return canBeNil(type) ? { value: nilOf(type) } : { problem: `cannot assign nil to ${type}` };
  if (type === 'interface {}' || type === 'reflect.Value') {
    const value = node.type === 'number' ? idealConstant(node) : node.value;
    return value === undefined ? { problem: `${nodeText(node)} overflows int` } : { value };
  }
  const value = constantOf(node, type);
  if (value !== undefined) return { value };
  const wanted = constantNames[type] ?? (isIntegerType(type) ? integerName(type) : undefined);
  if (wanted !== undefined) return { problem: `expected ${wanted}; found ${nodeText(node)}` };
  return { problem: `can't handle ${nodeText(node)} for arg of type ${type}` };
}

const constantNames: Record<string, string> = { bool: 'bool', string: 'string', float64: 'float' };

function integerName(type: string): string {
  return type[0] === 'u' ? 'unsigned integer' : 'integer';
}

function constantOf(node: Exclude<Constant, { type: 'nil' }>, type: string): Value {
  if (node.type !== 'number') return node.type === type ? node.value : undefined;
  if (type === 'float64') return node.float;
  if (!isIntegerType(type)) return undefined;
  const integer = type[0] === 'u' ? node.unsigned : node.int;
  return type === 'int' && integer !== undefined ? Number(integer) : integer;
}
