import { parseSync } from '@swc/core';

/** A regular expression of a source file. */
export interface Found {
  /** Undefined where it is put together from what is not known before the program runs. */
  pattern: string | undefined;
  flags: string;
  /** As it is written. */
  text: string;
  line: number;
}

interface Node {
  type: string;
  [key: string]: unknown;
}

/**
 * Every regular expression of JavaScript in a source: literals, and what `RegExp` is given. Those of RE2JS are none of
 * these: they take linear time whatever they are.
 */
export function findRegexes(source: string): Found[] {
  const bytes = Buffer.from(source);
  const constants = new Map<string, string>();
  const found: Found[] = [];
  visit(parseSync(source, { syntax: 'typescript', target: 'es2024' }), node => {
    noteConstant(node, constants);
    const regex = read(node, constants);
    if (regex === undefined) return;
    // Spans count bytes, from 1.
    const { start, end } = node.span as { start: number; end: number };
    const text = bytes.subarray(start - 1, end - 1).toString();
    const line = bytes
      .subarray(0, start - 1)
      .toString()
      .split('\n').length;
    found.push({ ...regex, text, line });
  });
  return found;
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, see);
  } else if (isNode(value)) {
    see(value);
    for (const child of Object.values(value)) visit(child, see);
  } else if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) visit(child, see);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function noteConstant(node: Node, constants: Map<string, string>): void {
  if (node.type !== 'VariableDeclarator' || !isNode(node.id) || !isNode(node.init)) return;
  const value = textOf(node.init, constants);
  if (node.id.type === 'Identifier' && value !== undefined) constants.set(String(node.id.value), value);
}

type Regex = Pick<Found, 'pattern' | 'flags'>;

function read(node: Node, constants: Map<string, string>): Regex | undefined {
  if (node.type === 'RegExpLiteral') return { pattern: String(node.pattern), flags: String(node.flags) };
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return undefined;
  const { callee } = node;
  if (!isNode(callee) || callee.type !== 'Identifier' || callee.value !== 'RegExp') return undefined;
  const [pattern, flags] = argumentsOf(node).map(argument => textOf(argument, constants));
  return { pattern, flags: flags ?? '' };
}

function argumentsOf(node: Node): Node[] {
  const list = Array.isArray(node.arguments) ? node.arguments : [];
  return list.map(({ expression }: { expression: unknown }) => expression).filter(isNode);
}

/** The text that an expression stands for, as far as this file says it. */
function textOf(node: Node, constants: Map<string, string>): string | undefined {
  switch (node.type) {
    case 'StringLiteral':
      return String(node.value);
    case 'Identifier':
      return constants.get(String(node.value));
    case 'TemplateLiteral':
      return templateOf(node, 'cooked', constants);
    case 'TaggedTemplateExpression':
      return isNode(node.template) ? templateOf(node.template, 'raw', constants) : undefined;
    case 'BinaryExpression': {
      if (node.operator !== '+' || !isNode(node.left) || !isNode(node.right)) return undefined;
      const [left, right] = [textOf(node.left, constants), textOf(node.right, constants)];
      return left === undefined || right === undefined ? undefined : left + right;
    }
    default:
      return undefined;
  }
}

function templateOf(node: Node, as: 'raw' | 'cooked', constants: Map<string, string>): string | undefined {
  const quasis = (node.quasis as Node[]).map(quasi => String(quasi[as]));
  const values = (node.expressions as Node[]).map(expression => textOf(expression, constants));
  if (values.includes(undefined)) return undefined;
  return quasis.map((quasi, i) => quasi + (values[i] ?? '')).join('');
}
