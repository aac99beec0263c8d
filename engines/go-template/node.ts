import type { Source } from './error.ts';
import { quote } from './quote.ts';
import { type GoInt, goInt } from './value.ts';

/**
 * Every node knows its offset, counted from where its action starts: so actions that are written alike can share
 * their nodes. Where the action itself stands, its statement says.
 */
interface Located {
  at: number;
}

/** Where an action stands: its source, and the offset of its left delimiter there. */
export interface Placed {
  source: Source;
  start: number;
}

/** A number constant with every type that can hold it, as Go's ideal constants. */
export interface NumberNode extends Located {
  type: 'number';
  text: string;
  float: number | undefined;
  int: bigint | undefined;
  unsigned: bigint | undefined;
}

export type BoolNode = Located & { type: 'bool'; value: boolean };
export type StringNode = Located & { type: 'string'; literal: string; value: string };
export type DotNode = Located & { type: 'dot' };
export type NilNode = Located & { type: 'nil' };
/** `.a.b`, without the first point. */
export type FieldNode = Located & { type: 'field'; names: string[] };
/** `$x.a.b`, the first name with its dollar sign. */
export type VariableNode = Located & { type: 'variable'; names: string[] };
export type IdentifierNode = Located & { type: 'identifier'; name: string };
/** Fields of something that is neither a field nor a variable. */
export type ChainNode = Located & { type: 'chain'; node: Operand; names: string[] };

/** Commands joined by |, and the variables that the result goes to. */
export interface PipeNode extends Located {
  type: 'pipe';
  variables: VariableNode[];
  /** Whether the variables are there already: = instead of :=. */
  assigns: boolean;
  commands: CommandNode[];
}

export interface CommandNode extends Located {
  type: 'command';
  args: Operand[];
}

export type Operand =
  | NumberNode
  | BoolNode
  | StringNode
  | DotNode
  | NilNode
  | FieldNode
  | VariableNode
  | IdentifierNode
  | ChainNode
  | PipeNode;

export type TextNode = { type: 'text'; text: string };
export type ActionNode = Placed & Located & { type: 'action'; pipe: PipeNode };
export type TemplateNode = Placed & Located & { type: 'template'; name: string; pipe: PipeNode | undefined };
export type JumpNode = { type: 'break' | 'continue' };

export interface BranchNode extends Placed {
  type: 'if' | 'with' | 'range';
  pipe: PipeNode;
  body: Statement[];
  otherwise: Statement[] | undefined;
}

export type Statement = TextNode | ActionNode | TemplateNode | JumpNode | BranchNode;

/** What an error can point at. */
export type Node = Operand | CommandNode | ActionNode | TemplateNode;

/** One definition: a file's own text or a define in it. */
export interface Tree {
  name: string;
  body: Statement[];
  /** No execution of it needs more variables than this: `$`, those declared, and one for each range. */
  slots: number;
}

/** Whether a tree is nothing but white space: such a definition replaces no other. */
export function isEmptyTree(tree: Tree): boolean {
  return tree.body.every(node => node.type === 'text' && node.text.trim() === '');
}

/** A node as Go writes it in errors: normalized, not as it stands in the source. */
export function nodeText(node: Node): string {
  switch (node.type) {
    case 'number':
      return node.text;
    case 'bool':
      return String(node.value);
    case 'string':
      return node.literal;
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'field':
      return `.${node.names.join('.')}`;
    case 'variable':
      return node.names.join('.');
    case 'identifier':
      return node.name;
    case 'chain':
      return `${operandText(node.node)}.${node.names.join('.')}`;
    case 'pipe':
      return pipeText(node);
    case 'command':
      return node.args.map(operandText).join(' ');
    case 'action':
      return `{{${pipeText(node.pipe)}}}`;
    case 'template':
      return `{{template ${quote(node.name)}${node.pipe ? ` ${pipeText(node.pipe)}` : ''}}}`;
  }
}

function operandText(node: Operand): string {
  return node.type === 'pipe' ? `(${pipeText(node)})` : nodeText(node);
}

function pipeText(pipe: PipeNode): string {
  const commands = pipe.commands.map(nodeText).join(' | ');
  if (pipe.variables.length === 0) return commands;
  return `${pipe.variables.map(nodeText).join(', ')} ${pipe.assigns ? '=' : ':='} ${commands}`;
}

/**
 * The value of a number constant where no type is asked for: the way it is written decides. Undefined if it is
 * an integer that no int holds.
 */
export function idealConstant(node: NumberNode): number | GoInt | undefined {
  const { text } = node;
  const isCharacter = text[0] === "'";
  const isHexInteger = /^0[xX]/.test(text) && !/[pP]/.test(text);
  if (node.float !== undefined && !isCharacter && !isHexInteger && /[.eEpP]/.test(text)) return node.float;
  return node.int === undefined ? undefined : goInt(node.int);
}
