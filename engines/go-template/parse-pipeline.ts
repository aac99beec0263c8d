import type { CommandNode, Operand, PipeNode, VariableNode } from './node.ts';
import { readCharacter, readNumber } from './number-literal.ts';
import { quote, unquote } from './quote.ts';
import type { Token, TokenType } from './token.ts';
import type { TokenReader } from './token-reader.ts';

/** Parenthesized pipelines may nest this deep: text/template's own limit. */
const maxParens = 10_000;

/** Parses what stands within actions: pipelines and the names in them. */
export class PipelineParser {
  readonly #tokens: TokenReader;
  readonly #hasFunction: (name: string) => boolean;
  /** The names that are known at this place. */
  variables = ['$'];
  /** How many of them the action found when it began, and which of those it used. */
  #known = 1;
  #uses: string[] = [];
  #start = 0;
  #parens = 0;

  constructor(tokens: TokenReader, hasFunction: (name: string) => boolean) {
    this.#tokens = tokens;
    this.#hasFunction = hasFunction;
  }

  /** An action begins at an offset of the source: its nodes count from there. */
  begin(start: number): void {
    this.#start = start;
    this.#known = this.variables.length;
    this.#uses = [];
  }

  /** What the action that began last took from those before it, and gives to those after it. */
  get dependencies(): { uses: readonly string[]; declares: readonly string[] } {
    return { uses: this.#uses, declares: this.variables.slice(this.#known) };
  }

  offset(token: Token): number {
    return token.at - this.#start;
  }

  unquoted(token: Token): string {
    return unquote(token.text) ?? this.#tokens.fail('invalid syntax');
  }

  pipeline(context: string, end: TokenType): PipeNode {
    const at = this.offset(this.#tokens.peekWord());
    const pipe: PipeNode = { type: 'pipe', at, variables: [], assigns: false, commands: [] };
    while (this.#declaration(pipe, context));
    for (;;) {
      const token = this.#tokens.nextWord();
      if (token.type === end) break;
      if (!startsOperand.has(token.type)) this.#tokens.unexpected(token, context);
      this.#tokens.giveBack(token);
      pipe.commands.push(this.#command());
    }
    this.#checkPipeline(pipe, context);
    return pipe;
  }

  /** Read `$x :=`, `$x =` or `$x,`; true if another variable must follow. */
  #declaration(pipe: PipeNode, context: string): boolean {
    const variable = this.#tokens.peekWord();
    if (variable.type !== 'variable') return false;
    this.#tokens.next();
    const adjacent = this.#tokens.next();
    const sign = adjacent.type === 'space' ? this.#tokens.nextWord() : adjacent;
    const isComma = sign.type === 'char' && sign.text === ',';
    if (sign.type !== 'assign' && sign.type !== 'declare' && !isComma) {
      this.#tokens.giveBack(sign);
      // The space matters: it parts the variable from the next argument.
      if (adjacent !== sign) this.#tokens.giveBack(adjacent);
      this.#tokens.giveBack(variable);
      return false;
    }
    pipe.variables.push(variableNode(this.offset(variable), [variable.text]));
    this.variables.push(variable.text);
    if (!isComma) {
      pipe.assigns = sign.type === 'assign';
      return false;
    }
    if (context !== 'range' || pipe.variables.length >= 2)
      this.#tokens.fail(`too many declarations in ${context}`);
    if (!['variable', 'rightDelimiter', 'rightParen'].includes(this.#tokens.peekWord().type))
      this.#tokens.fail('range can only initialize variables');
    return true;
  }

  #checkPipeline(pipe: PipeNode, context: string): void {
    if (pipe.commands.length === 0) this.#tokens.fail(`missing value for ${context}`);
    const idle = pipe.commands.findIndex((command, index) => index > 0 && isConstant(command.args[0]!));
    if (idle > 0) this.#tokens.fail(`non executable command in pipeline stage ${idle + 1}`);
  }

  #command(): CommandNode {
    const args: Operand[] = [];
    const at = this.offset(this.#tokens.peekWord());
    for (;;) {
      this.#tokens.peekWord();
      const operand = this.#operand();
      if (operand) args.push(operand);
      const token = this.#tokens.next();
      if (token.type === 'space') continue;
      if (token.type === 'rightDelimiter' || token.type === 'rightParen') this.#tokens.giveBack(token);
      else if (token.type !== 'pipe') this.#tokens.unexpected(token, 'operand');
      break;
    }
    if (args.length === 0) this.#tokens.fail('empty command');
    return { type: 'command', at, args };
  }

  #operand(): Operand | undefined {
    const node = this.#term();
    if (!node || this.#tokens.peek().type !== 'field') return node;
    const names: string[] = [];
    // Go places the whole chain at its second part; its errors point there.
    const at = this.offset(this.#tokens.peek());
    while (this.#tokens.peek().type === 'field') names.push(this.#tokens.next().text.slice(1));
    switch (node.type) {
      case 'field':
      case 'variable':
        return { ...node, at, names: [...node.names, ...names] };
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        return this.#tokens.fail(`unexpected . after term ${quote(termText(node))}`);
    }
    return { type: 'chain', at, node, names };
  }

  #term(): Operand | undefined {
    const token = this.#tokens.nextWord();
    const at = this.offset(token);
    switch (token.type) {
      case 'identifier':
        if (!this.#hasFunction(token.text)) this.#tokens.fail(`function ${quote(token.text)} not defined`);
        return { type: 'identifier', at, name: token.text };
      case 'dot':
      case 'nil':
        return { type: token.type, at };
      case 'variable':
        this.#use(token.text);
        return variableNode(at, [token.text]);
      case 'field':
        return { type: 'field', at, names: [token.text.slice(1)] };
      case 'bool':
        return { type: 'bool', at, value: token.text === 'true' };
      case 'character':
      case 'number': {
        const number = token.type === 'number' ? readNumber(token.text) : readCharacter(token.text);
        if (typeof number === 'string') return this.#tokens.fail(number);
        return { type: 'number', at, text: token.text, ...number };
      }
      case 'leftParen':
        return this.#parenthesized();
      case 'string':
      case 'rawString':
        return { type: 'string', at, literal: token.text, value: this.unquoted(token) };
    }
    this.#tokens.giveBack(token);
    return undefined;
  }

  #use(name: string): void {
    const index = this.variables.lastIndexOf(name);
    if (index < 0) this.#tokens.fail(`undefined variable ${quote(name)}`);
    if (index < this.#known) this.#uses.push(name);
  }

  #parenthesized(): PipeNode {
    if (this.#parens >= maxParens) this.#tokens.fail('max expression depth exceeded');
    this.#parens++;
    const pipe = this.pipeline('parenthesized pipeline', 'rightParen');
    this.#parens--;
    return pipe;
  }
}

function variableNode(at: number, names: string[]): VariableNode {
  return { type: 'variable', at, names };
}

const startsOperand: ReadonlySet<TokenType> = new Set<TokenType>([
  'bool',
  'character',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'rawString',
  'string',
  'variable',
  'leftParen',
]);

/** Constants and the dot take no piped value. */
function isConstant(node: Operand): boolean {
  return ['bool', 'dot', 'nil', 'number', 'string'].includes(node.type);
}

function termText(node: Operand): string {
  if (node.type === 'string') return node.literal;
  if (node.type === 'number') return node.text;
  return node.type === 'bool' ? String(node.value) : node.type === 'nil' ? 'nil' : '.';
}
