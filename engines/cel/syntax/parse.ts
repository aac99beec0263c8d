import type { CelError } from '../error.ts';
import { lex } from './lex.ts';
import { expandMacro, type Macros } from './macro.ts';
import { call, childrenOf, type FieldInit, ident, literal, type MapEntry, type Node } from './node.ts';
import { numberLiteral } from './number-literal.ts';
import { type Problem, Source } from './source.ts';
import type { Token } from './token.ts';
import { BadLiteral, unquote } from './unquote.ts';

const reserved = new Set(
  'as break const continue else false for function if import in let loop package namespace null return true var void while'.split(
    ' ',
  ),
);

/** Binary operators from the loosest to the tightest. `||` and `&&` are balanced, the others bind to the left. */
const relations = ['<', '<=', '>=', '>', '==', '!=', 'in'];
const sums = ['+', '-'];
const products = ['*', '/', '%'];

const startsExpression =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
const starters = [...'[{(.-!'];

/** As cel-go has them. */
const maximalDepth = 250;
const maximalLength = 100_000;
const tooDeep = 'max recursion depth exceeded';

/** Of the tree with its macros expanded: what the steps of one another can call. */
const maximalNesting = 1000;

export interface Parsed {
  readonly source: Source;
  readonly root: Node;
}

/**
 * The tree of an expression, macros expanded. Throws CelError.
 * Source of the rule: the grammar of the CEL specification; cel-go words the errors.
 */
export function parse(text: string, macros: Macros): Parsed {
  const source = new Source(text);
  if (source.points.length > maximalLength) {
    const message = `expression code point size exceeds limit: size: ${source.points.length}, limit ${maximalLength}`;
    throw new Source('').error([{ offset: -1, message }]);
  }
  return { source, root: new Parser(source, macros).parse() };
}

class Parser {
  readonly #source: Source;
  readonly #macros: Macros;
  readonly #problems: Problem[] = [];
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(source: Source, macros: Macros) {
    this.#source = source;
    this.#macros = macros;
    this.#tokens = lex(source, this.#problems);
  }

  parse(): Node {
    const root = this.#expression();
    if (isDeeperThan(root, maximalNesting)) throw this.#fail(-1, tooDeep);
    if (this.#token.kind !== 'end')
      throw this.#unexpected('<EOF>', this.#tokens[this.#at + 1]!.kind === 'end');
    if (this.#problems.length > 0) throw this.#source.error(this.#problems);
    return root;
  }

  get #token(): Token {
    return this.#tokens[this.#at]!;
  }

  #fail(offset: number, message: string): CelError {
    return this.#source.error([...this.#problems, { offset, message }]);
  }

  /** A problem after which the rest can still be read. */
  #note(offset: number, message: string): void {
    this.#problems.push({ offset, message });
  }

  /** One token too many is said to be extraneous: what should stand there follows it. */
  #unexpected(expected: string, isExtraneous = false): CelError {
    const { kind, text, offset } = this.#token;
    const shown = kind === 'end' ? '<EOF>' : text;
    const word = isExtraneous ? 'extraneous' : 'mismatched';
    return this.#fail(offset, `Syntax error: ${word} input '${shown}' expecting ${expected}`);
  }

  /** The start of an operand is missing. One token before it is passed over, to find what else is wrong. */
  #skipToOperand(): Node {
    const { kind, text, offset } = this.#token;
    const next = this.#tokens[this.#at + 1];
    const follows = next && (!['end', 'in', 'symbol'].includes(next.kind) || starters.includes(next.text));
    if (kind === 'end' || !follows) throw this.#unexpected(startsExpression);
    this.#note(offset, `Syntax error: extraneous input '${text}' expecting ${startsExpression}`);
    this.#at++;
    return this.#member();
  }

  #is(symbol: string): boolean {
    const { kind, text } = this.#token;
    return kind === 'symbol' && text === symbol;
  }

  #accept(symbol: string): Token | undefined {
    if (!this.#is(symbol)) return undefined;
    return this.#tokens[this.#at++];
  }

  #expect(symbol: string, expected = `'${symbol}'`): Token {
    const token = this.#accept(symbol);
    if (!token) throw this.#unexpected(expected);
    return token;
  }

  /** What ends something at the end of the text is said to be missing. */
  #close(symbol: string, expected?: string): void {
    if (this.#token.kind !== 'end' || expected) this.#expect(symbol, expected);
    else throw this.#fail(this.#token.offset, `Syntax error: missing '${symbol}' at '<EOF>'`);
  }

  #expression(): Node {
    if (++this.#depth > maximalDepth)
      throw this.#fail(-1, `expression recursion limit exceeded: ${maximalDepth}`);
    const condition = this.#or();
    const question = this.#accept('?');
    let node = condition;
    if (question) {
      const whenTrue = this.#or();
      this.#expect(':');
      node = call('_?_:_', [condition, whenTrue, this.#expression()], question.offset);
    }
    this.#depth--;
    return node;
  }

  #or(): Node {
    return this.#logical('||', '_||_', () => this.#logical('&&', '_&&_', () => this.#relation()));
  }

  #logical(symbol: string, name: string, operand: () => Node): Node {
    const terms = [operand()];
    const offsets: number[] = [];
    for (let token = this.#accept(symbol); token; token = this.#accept(symbol)) {
      offsets.push(token.offset);
      terms.push(operand());
    }
    return balanced(name, terms, offsets, 0, terms.length - 1);
  }

  #relation(): Node {
    return this.#binary(relations, () =>
      this.#binary(sums, () => this.#binary(products, () => this.#unary())),
    );
  }

  #binary(symbols: readonly string[], operand: () => Node): Node {
    let left = operand();
    for (let length = 0; ; length++) {
      if (length > maximalDepth) throw this.#fail(-1, tooDeep);
      const { kind, text, offset } = this.#token;
      if ((kind !== 'symbol' && kind !== 'in') || !symbols.includes(text)) return left;
      this.#at++;
      left = call(kind === 'in' ? '@in' : `_${text}_`, [left, operand()], offset);
    }
  }

  #unary(): Node {
    for (const [symbol, name] of [
      ['!', '!_'],
      ['-', '-_'],
    ] as const) {
      const first = this.#token;
      let count = 0;
      while (this.#is(symbol) && !(symbol === '-' && this.#isNumber(this.#at + 1))) {
        count++;
        this.#at++;
      }
      if (count === 0) continue;
      const operand = this.#member();
      return count % 2 === 1 ? call(name, [operand], first.offset) : operand;
    }
    return this.#member();
  }

  #isNumber(at: number): boolean {
    return ['int', 'double'].includes(this.#tokens[at]?.kind ?? '');
  }

  #member(): Node {
    let node = this.#primary();
    for (let length = 0; ; length++) {
      if (length > maximalDepth) throw this.#fail(-1, tooDeep);
      const dot = this.#accept('.');
      if (dot) {
        node = this.#selection(node, dot);
        continue;
      }
      const bracket = this.#accept('[');
      if (!bracket) return node;
      const isOptional = this.#accept('?');
      const index = this.#expression();
      this.#expect(']');
      node = call(isOptional ? '_[?_]' : '_[_]', [node, index], bracket.offset);
    }
  }

  #selection(operand: Node, dot: Token): Node {
    const isOptional = this.#accept('?');
    const { kind, text, offset } = this.#token;
    if (kind !== 'identifier' && kind !== 'quoted-identifier')
      throw this.#fail(
        offset,
        `Syntax error: no viable alternative at input '.${kind === 'end' ? '' : text}'`,
      );
    this.#at++;
    const field = kind === 'quoted-identifier' ? text.slice(1, -1) : text;
    if (kind === 'quoted-identifier') this.#note(offset, "unsupported syntax: '`'");
    if (isOptional) return call('_?._', [operand, literal(field, offset)], dot.offset);
    const open = kind === 'identifier' ? this.#accept('(') : undefined;
    if (!open) return { kind: 'select', operand, field, isTest: false, offset: dot.offset };
    return this.#called(field, this.#arguments(), open.offset, operand);
  }

  #arguments(): Node[] {
    const args: Node[] = [];
    if (this.#accept(')')) return args;
    do args.push(this.#expression());
    while (this.#accept(','));
    this.#close(')', "{',', ')'}");
    return args;
  }

  #called(name: string, args: Node[], offset: number, target?: Node): Node {
    const node = call(name, args, offset, target);
    return expandMacro(this.#macros, node, (at, message) => this.#note(at, message)) ?? node;
  }

  #primary(): Node {
    const token = this.#token;
    switch (token.kind) {
      case 'identifier':
        return this.#named(undefined);
      case 'int':
      case 'uint':
      case 'double':
        this.#at++;
        return this.#number(token, '');
      case 'string':
      case 'bytes':
        this.#at++;
        return this.#quoted(token);
      case 'true':
      case 'false':
        this.#at++;
        return literal(token.kind === 'true', token.offset);
      case 'null':
        this.#at++;
        return literal(null, token.offset);
      case 'symbol':
        return this.#bracketed(token);
      default:
        return this.#skipToOperand();
    }
  }

  #bracketed(token: Token): Node {
    this.#at++;
    switch (token.text) {
      case '(': {
        const node = this.#expression();
        this.#close(')');
        return node;
      }
      case '[':
        return this.#list(token);
      case '{':
        return this.#map(token);
      case '.':
        if (this.#token.kind !== 'identifier') throw this.#unexpected('IDENTIFIER');
        return this.#named(token);
      case '-':
        if (this.#isNumber(this.#at)) {
          const number = this.#tokens[this.#at++]!;
          return this.#number(number, '-', token.offset);
        }
    }
    this.#at--;
    return this.#skipToOperand();
  }

  /** An identifier, a call, or a message: `a`, `a(…)`, `a.b{…}`. */
  #named(dot: Token | undefined): Node {
    const first = this.#token;
    const message = this.#messageName();
    if (message) return this.#struct((dot ? '.' : '') + message);
    this.#at++;
    const name = (dot ? '.' : '') + first.text;
    if (reserved.has(first.text)) this.#note(first.offset, `reserved identifier: ${first.text}`);
    const open = this.#accept('(');
    if (open) return this.#called(name, this.#arguments(), open.offset);
    return ident(name, first.offset);
  }

  #messageName(): string | undefined {
    let at = this.#at;
    while (this.#tokens[at + 1]?.text === '.' && this.#tokens[at + 2]?.kind === 'identifier') at += 2;
    const brace = this.#tokens[at + 1];
    if (brace?.kind !== 'symbol' || brace.text !== '{') return undefined;
    const name = this.#tokens.slice(this.#at, at + 1).map(token => token.text);
    this.#at = at + 1;
    return name.join('');
  }

  #struct(type: string): Node {
    const { offset } = this.#expect('{');
    const fields: FieldInit[] = [];
    while (!this.#is('}')) {
      const isOptional = this.#accept('?') !== undefined;
      const { kind, text } = this.#token;
      if (kind !== 'identifier') throw this.#unexpected("{'?', '}', ',', IDENTIFIER, ESC_IDENTIFIER}");
      this.#at++;
      const colon = this.#expect(':');
      fields.push({ name: text, value: this.#expression(), isOptional, offset: colon.offset });
      if (!this.#accept(',')) break;
    }
    this.#expect('}', "{'}', ','}");
    return { kind: 'struct', type, fields, offset };
  }

  #list({ offset }: Token): Node {
    const items: Node[] = [];
    const optional = new Set<number>();
    while (!this.#is(']')) {
      if (items.length === 0 && this.#accept(',')) break;
      if (this.#accept('?')) optional.add(items.length);
      items.push(this.#expression());
      if (!this.#accept(',')) break;
    }
    this.#expect(']', "{']', ','}");
    return { kind: 'list', items, optional, offset };
  }

  #map({ offset }: Token): Node {
    const entries: MapEntry[] = [];
    while (!this.#is('}')) {
      if (entries.length === 0 && this.#accept(',')) break;
      const isOptional = this.#accept('?') !== undefined;
      const key = this.#expression();
      const colon = this.#expect(':');
      entries.push({ key, value: this.#expression(), isOptional, offset: colon.offset });
      if (!this.#accept(',')) break;
    }
    this.#expect('}', "{'}', ','}");
    return { kind: 'map', entries, offset };
  }

  #number(token: Token, sign: '' | '-', offset = token.offset): Node {
    const value = numberLiteral(token.kind as 'int' | 'uint' | 'double', sign + token.text);
    if (value === undefined) {
      this.#note(offset, `invalid ${token.kind} literal`);
      return literal(null, offset);
    }
    return literal(value, offset);
  }

  #quoted(token: Token): Node {
    try {
      return literal(unquote(token.text, token.kind === 'bytes'), token.offset);
    } catch (error) {
      if (!(error instanceof BadLiteral)) throw error;
      this.#note(token.offset, error.message);
      return literal('', token.offset);
    }
  }
}

function isDeeperThan(root: Node, limit: number): boolean {
  let level: readonly Node[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    // A part that stands in several places is looked at once.
    level = [...new Set(level.flatMap(childrenOf))];
  }
  return false;
}

/** Long chains of && and || become a tree of little depth. */
function balanced(
  name: string,
  terms: readonly Node[],
  offsets: readonly number[],
  low: number,
  high: number,
): Node {
  if (low === high) return terms[low]!;
  const middle = Math.floor((low + high + 1) / 2);
  const left = balanced(name, terms, offsets, low, middle - 1);
  return call(name, [left, balanced(name, terms, offsets, middle, high)], offsets[middle - 1]!);
}
