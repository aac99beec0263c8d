import { type Source, TemplateError } from './error.ts';
import type { Lexer } from './lex.ts';
import { describe, type Token, type TokenType } from './token.ts';

/** The tokens of a text with any number given back, and the errors that name where they stand. */
export class TokenReader {
  readonly #source: Source;
  readonly #lexer: Lexer;
  /** Tokens given back, the next one last. */
  readonly #pending: Token[] = [];
  /** The line of the token read last: the one that Go names in parse errors. */
  #line = 1;
  /** The line on which the current action starts, 0 outside. */
  actionLine = 0;

  constructor(source: Source, lexer: Lexer) {
    this.#source = source;
    this.#lexer = lexer;
  }

  /** Make a token the next one again. */
  giveBack(token: Token): void {
    this.#pending.push(token);
  }

  next(): Token {
    const given = this.#pending.pop();
    if (given) return given;
    const token = this.#lexer.next();
    this.#line = token.line;
    return token;
  }

  peek(): Token {
    const token = this.next();
    this.#pending.push(token);
    return token;
  }

  nextWord(): Token {
    let token = this.next();
    while (token.type === 'space') token = this.next();
    return token;
  }

  peekWord(): Token {
    const token = this.nextWord();
    this.#pending.push(token);
    return token;
  }

  fail(message: string): never {
    const place = { template: this.#source.name, line: this.#line };
    throw new TemplateError(`template: ${this.#source.name}:${this.#line}: ${message}`, place);
  }

  unexpected(token: Token, context: string): never {
    if (token.type !== 'error') return this.fail(`unexpected ${describe(token)} in ${context}`);
    if (this.actionLine === 0 || this.actionLine === token.line) return this.fail(token.text);
    const started = ` started at ${this.#source.name}:${this.actionLine}`;
    const joint = token.text.endsWith(' action') ? '' : ' in action';
    return this.fail(token.text + joint + started);
  }

  expect(context: string, ...types: TokenType[]): Token {
    const token = this.nextWord();
    return types.includes(token.type) ? token : this.unexpected(token, context);
  }
}
