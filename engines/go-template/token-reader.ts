import { placeOf, type Source, TemplateError } from './error.ts';
import type { Lexer } from './lex.ts';
import { describe, type Token, type TokenType } from './token.ts';

/** The tokens of a text with any number given back, and the errors that name where they stand. */
export class TokenReader {
  readonly #source: Source;
  readonly #lexer: Lexer;
  /** Tokens given back, the next one last. */
  readonly #pending: Token[] = [];
  /** Where the token read last stands: its line is the one that Go names in parse errors. */
  #at = 0;
  /** The delimiter of the action being read. */
  action: Token | undefined;

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
    this.#at = token.at;
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

  /** The text of the action that starts with a delimiter; undefined unless it can be told without reading it. */
  actionText(delimiter: Token): string | undefined {
    return this.#lexer.actionText(delimiter.at);
  }

  /** Go on behind an action that ends at an offset. */
  skip(end: number): void {
    this.#pending.length = 0;
    this.#at = end - 1;
    this.#lexer.leave(end);
  }

  fail(message: string): never {
    const { name } = this.#source;
    const { line } = placeOf(this.#source, this.#at);
    throw new TemplateError(`template: ${name}:${line}: ${message}`, { template: name, line });
  }

  unexpected(token: Token, context: string): never {
    if (token.type !== 'error') return this.fail(`unexpected ${describe(token)} in ${context}`);
    const start = this.action && placeOf(this.#source, this.action.at).line;
    if (start === undefined || start === placeOf(this.#source, token.at).line) return this.fail(token.text);
    const started = ` started at ${this.#source.name}:${start}`;
    const joint = token.text.endsWith(' action') ? '' : ' in action';
    return this.fail(token.text + joint + started);
  }

  expect(context: string, ...types: TokenType[]): Token {
    const token = this.nextWord();
    return types.includes(token.type) ? token : this.unexpected(token, context);
  }
}
