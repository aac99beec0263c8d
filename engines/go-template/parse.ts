import { exhaustion, type Source, TemplateError } from './error.ts';
import { type Delimiters, Lexer } from './lex.ts';
import {
  type BranchNode,
  type CommandNode,
  isEmptyTree,
  type Operand,
  type PipeNode,
  type Statement,
  type Tree,
  type VariableNode,
} from './node.ts';
import { readCharacter, readNumber } from './number-literal.ts';
import { quote, unquote } from './quote.ts';
import type { Token, TokenType } from './token.ts';
import { TokenReader } from './token-reader.ts';

export interface ParseOptions {
  delims?: Partial<Delimiters> | undefined;
  /** Whether a function of this name exists. */
  hasFunction: (name: string) => boolean;
}

/** What ends a list of statements. */
type Ending = { type: 'end'; at: number } | { type: 'else'; at: number };

/** Parenthesized pipelines may nest this deep: text/template's own limit. */
const maxParens = 10_000;

/**
 * Parse a text into the definitions that it holds: the text itself under the given name, and every define and
 * block. Throws TemplateError in Go's words.
 */
export function parseTrees(name: string, text: string, options: ParseOptions): Map<string, Tree> {
  const parser = new Parser({ name, text }, options);
  try {
    return parser.parse();
  } catch (error) {
    if (exhaustion(error) === undefined) throw error;
    throw new TemplateError(`template: ${name}: nests too deeply to be parsed`, undefined, { cause: error });
  }
}

class Parser {
  readonly #source: Source;
  readonly #options: ParseOptions;
  readonly #tokens: TokenReader;
  readonly #trees = new Map<string, Tree>();
  /** The names that are known at this place; a define or block starts anew. */
  #variables = ['$'];
  #ranges = 0;
  #parens = 0;

  constructor(source: Source, options: ParseOptions) {
    this.#source = source;
    this.#options = options;
    const plainWords = new Set(['break', 'continue'].filter(options.hasFunction));
    const delimiters = { left: options.delims?.left || '{{', right: options.delims?.right || '}}' };
    this.#tokens = new TokenReader(source, new Lexer(source.text, delimiters, plainWords));
  }

  parse(): Map<string, Tree> {
    const body: Statement[] = [];
    for (let token = this.#tokens.next(); token.type !== 'eof'; token = this.#tokens.next()) {
      if (token.type === 'leftDelimiter') {
        const word = this.#tokens.nextWord();
        if (word.type === 'define') {
          this.#definition();
          continue;
        }
        this.#tokens.giveBack(word);
      }
      this.#tokens.giveBack(token);
      const node = this.#textOrAction();
      if (node.type === 'end' || node.type === 'else') this.#tokens.fail(`unexpected {{${node.type}}}`);
      else body.push(node);
    }
    this.#add({ name: this.#source.name, source: this.#source, body });
    return this.#trees;
  }

  #add(tree: Tree): void {
    const existing = this.#trees.get(tree.name);
    if (!existing || isEmptyTree(existing)) this.#trees.set(tree.name, tree);
    else if (!isEmptyTree(tree))
      this.#tokens.fail(`template: multiple definition of template ${quote(tree.name)}`);
  }

  #definition(): void {
    const context = 'define clause';
    const name = this.#unquoted(this.#tokens.expect(context, 'string', 'rawString'));
    this.#tokens.expect(context, 'rightDelimiter');
    this.#ownTree(name, context);
  }

  /** Statements up to end as a definition of its own, which sees no variables or loops from outside. */
  #ownTree(name: string, context: string): void {
    const outer = { variables: this.#variables, ranges: this.#ranges, actionLine: this.#tokens.actionLine };
    this.#variables = ['$'];
    this.#ranges = 0;
    this.#tokens.actionLine = 0;
    const { body, ending } = this.#statements();
    if (ending.type !== 'end') this.#tokens.fail(`unexpected {{else}} in ${context}`);
    this.#add({ name, source: this.#source, body });
    this.#variables = outer.variables;
    this.#ranges = outer.ranges;
    this.#tokens.actionLine = outer.actionLine;
  }

  #unquoted(token: Token): string {
    return unquote(token.text) ?? this.#tokens.fail('invalid syntax');
  }

  #statements(): { body: Statement[]; ending: Ending } {
    const body: Statement[] = [];
    while (this.#tokens.peekWord().type !== 'eof') {
      const node = this.#textOrAction();
      if (node.type === 'end' || node.type === 'else') return { body, ending: node };
      body.push(node);
    }
    return this.#tokens.fail('unexpected EOF');
  }

  #textOrAction(): Statement | Ending {
    const token = this.#tokens.nextWord();
    if (token.type === 'text') return { type: 'text', source: this.#source, at: token.at, text: token.text };
    if (token.type === 'oneWord') return this.#oneWord(token);
    if (token.type !== 'leftDelimiter') return this.#tokens.unexpected(token, 'input');
    this.#tokens.actionLine = token.line;
    const node = this.#action();
    this.#tokens.actionLine = 0;
    return node;
  }

  /** What the other methods make of such an action token by token. */
  #oneWord({ at, text }: Token): Statement | Ending {
    if (text === 'end' || text === 'else') return { type: text, at };
    const source = this.#source;
    const operand = this.#wordOperand(at, text);
    const pipe: PipeNode = {
      type: 'pipe',
      source,
      at,
      variables: [],
      assigns: false,
      commands: [{ type: 'command', source, at, args: [operand] }],
    };
    return { type: 'action', source, at, pipe };
  }

  #wordOperand(at: number, text: string): Operand {
    const source = this.#source;
    if (text[0] === '`')
      return { type: 'string', source, at, literal: text, value: text.slice(1, -1).replaceAll('\r', '') };
    const [first = '', ...names] = text.split('.');
    // Go places a chain of fields at its second part.
    const second = at + first.length + (first === '' && names.length > 1 ? names[0]!.length + 1 : 0);
    if (first === '') return { type: 'field', source, at: names.length > 1 ? second : at, names };
    if (!this.#variables.includes(first)) this.#tokens.fail(`undefined variable ${quote(first)}`);
    return this.#variable(names.length > 0 ? second : at, [first, ...names]);
  }

  #action(): Statement | Ending {
    const token = this.#tokens.nextWord();
    switch (token.type) {
      case 'block':
        return this.#block();
      case 'break':
      case 'continue':
        return this.#jump(token, token.type);
      case 'else':
        return this.#else();
      case 'end':
        return { type: 'end', at: this.#tokens.expect('end', 'rightDelimiter').at };
      case 'if':
      case 'with':
      case 'range':
        return this.#branch(token.type);
      case 'template':
        return this.#template();
    }
    this.#tokens.giveBack(token);
    const pipe = this.#pipeline('command', 'rightDelimiter');
    return { type: 'action', source: this.#source, at: token.at, pipe };
  }

  #jump(token: Token, type: 'break' | 'continue'): Statement {
    const close = this.#tokens.nextWord();
    if (close.type !== 'rightDelimiter') this.#tokens.unexpected(close, `{{${type}}}`);
    if (this.#ranges === 0) this.#tokens.fail(`{{${type}}} outside {{range}}`);
    return { type, source: this.#source, at: token.at };
  }

  /** `else if` and `else with` leave their word pending: the caller parses a branch of its own from it. */
  #else(): Ending {
    const word = this.#tokens.peekWord();
    if (word.type === 'if' || word.type === 'with') return { type: 'else', at: word.at };
    return { type: 'else', at: this.#tokens.expect('else', 'rightDelimiter').at };
  }

  #block(): Statement {
    const context = 'block clause';
    const token = this.#tokens.nextWord();
    const name = this.#templateName(token, context);
    const pipe = this.#pipeline(context, 'rightDelimiter');
    this.#ownTree(name, context);
    return { type: 'template', source: this.#source, at: token.at, name, pipe };
  }

  #template(): Statement {
    const context = 'template clause';
    const token = this.#tokens.nextWord();
    const name = this.#templateName(token, context);
    const following = this.#tokens.nextWord();
    let pipe: PipeNode | undefined;
    if (following.type !== 'rightDelimiter') {
      this.#tokens.giveBack(following);
      pipe = this.#pipeline(context, 'rightDelimiter');
    }
    return { type: 'template', source: this.#source, at: token.at, name, pipe };
  }

  #templateName(token: Token, context: string): string {
    if (token.type !== 'string' && token.type !== 'rawString') this.#tokens.unexpected(token, context);
    return this.#unquoted(token);
  }

  #branch(type: BranchNode['type']): BranchNode {
    const known = this.#variables.length;
    const pipe = this.#pipeline(type, 'rightDelimiter');
    if (type === 'range') this.#ranges++;
    const { body, ending } = this.#statements();
    if (type === 'range') this.#ranges--;
    const otherwise = ending.type === 'else' ? this.#otherwise(type) : undefined;
    this.#variables.length = known;
    return { type, source: this.#source, at: pipe.at, pipe, body, otherwise };
  }

  #otherwise(type: BranchNode['type']): Statement[] {
    if (type !== 'range' && this.#tokens.peek().type === type) {
      this.#tokens.next();
      return [this.#branch(type)];
    }
    const { body, ending } = this.#statements();
    if (ending.type !== 'end') this.#tokens.fail('expected end; found {{else}}');
    return body;
  }

  #pipeline(context: string, end: TokenType): PipeNode {
    const { at } = this.#tokens.peekWord();
    const pipe: PipeNode = {
      type: 'pipe',
      source: this.#source,
      at,
      variables: [],
      assigns: false,
      commands: [],
    };
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
    pipe.variables.push(this.#variable(variable.at, [variable.text]));
    this.#variables.push(variable.text);
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

  #variable(at: number, names: string[]): VariableNode {
    return { type: 'variable', source: this.#source, at, names };
  }

  #checkPipeline(pipe: PipeNode, context: string): void {
    if (pipe.commands.length === 0) this.#tokens.fail(`missing value for ${context}`);
    const idle = pipe.commands.findIndex((command, index) => index > 0 && isConstant(command.args[0]!));
    if (idle > 0) this.#tokens.fail(`non executable command in pipeline stage ${idle + 1}`);
  }

  #command(): CommandNode {
    const args: Operand[] = [];
    const { at } = this.#tokens.peekWord();
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
    return { type: 'command', source: this.#source, at, args };
  }

  #operand(): Operand | undefined {
    const node = this.#term();
    if (!node || this.#tokens.peek().type !== 'field') return node;
    const names: string[] = [];
    // Go places the whole chain at its second part; its errors point there.
    const { at } = this.#tokens.peek();
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
    return { type: 'chain', source: this.#source, at, node, names };
  }

  #term(): Operand | undefined {
    const token = this.#tokens.nextWord();
    const place = { source: this.#source, at: token.at };
    switch (token.type) {
      case 'identifier':
        if (!this.#options.hasFunction(token.text))
          this.#tokens.fail(`function ${quote(token.text)} not defined`);
        return { type: 'identifier', ...place, name: token.text };
      case 'dot':
      case 'nil':
        return { type: token.type, ...place };
      case 'variable':
        if (!this.#variables.includes(token.text))
          this.#tokens.fail(`undefined variable ${quote(token.text)}`);
        return this.#variable(token.at, [token.text]);
      case 'field':
        return { type: 'field', ...place, names: [token.text.slice(1)] };
      case 'bool':
        return { type: 'bool', ...place, value: token.text === 'true' };
      case 'character':
      case 'number': {
        const number = token.type === 'number' ? readNumber(token.text) : readCharacter(token.text);
        if (typeof number === 'string') return this.#tokens.fail(number);
        return { type: 'number', ...place, text: token.text, ...number };
      }
      case 'leftParen':
        return this.#parenthesized();
      case 'string':
      case 'rawString':
        return { type: 'string', ...place, literal: token.text, value: this.#unquoted(token) };
    }
    this.#tokens.giveBack(token);
    return undefined;
  }

  #parenthesized(): PipeNode {
    if (this.#parens >= maxParens) this.#tokens.fail('max expression depth exceeded');
    this.#parens++;
    const pipe = this.#pipeline('parenthesized pipeline', 'rightParen');
    this.#parens--;
    return pipe;
  }
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
