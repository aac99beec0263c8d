import type { Problem, Source } from './source.ts';
import type { Token, TokenKind } from './token.ts';

const words: Readonly<Record<string, TokenKind>> = { true: 'true', false: 'false', null: 'null', in: 'in' };
const number =
  /^(?:0x[0-9a-fA-F]+u?U?|\d+\.\d+(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+[uU]?)/;
const identifier = /^[_a-zA-Z][_a-zA-Z0-9]*/;
const symbols = ['==', '!=', '<=', '>=', '&&', '||', ...'[]{}().,?:+-*/%<>!'];
const prefixes = ['r', 'R', 'b', 'B', 'br', 'bR', 'Br', 'BR', 'rb', 'rB', 'Rb', 'RB'];
const quotes = ['"""', "'''", '"', "'"];

/**
 * Cut an expression into tokens; the last one is the end. What is no token becomes a problem and is passed over.
 * Source of the rule: the lexical grammar of the CEL specification.
 */
export function lex(source: Source, problems: Problem[]): Token[] {
  const lexer = new Lexer(source, problems);
  const tokens: Token[] = [];
  for (;;) {
    const token = lexer.next();
    if (token) tokens.push(token);
    if (token?.kind === 'end') return tokens;
  }
}

class Lexer {
  readonly #points: readonly string[];
  readonly #problems: Problem[];
  #at = 0;

  constructor(source: Source, problems: Problem[]) {
    this.#points = source.points;
    this.#problems = problems;
  }

  next(): Token | undefined {
    this.#skipBlanks();
    const point = this.#points[this.#at];
    if (point === undefined) return this.#token('end', 0);
    const opening = this.#opening();
    if (opening) return this.#quoted(opening);
    const half = '=&|'.includes(point) && this.#at + 1 < this.#points.length;
    return (
      this.#word() ?? this.#number() ?? this.#backquoted() ?? this.#symbol() ?? this.#reject(half ? 2 : 1)
    );
  }

  #skipBlanks(): void {
    for (;;) {
      const point = this.#points[this.#at];
      if (point === '/' && this.#points[this.#at + 1] === '/') {
        while (this.#at < this.#points.length && this.#points[this.#at] !== '\n') this.#at++;
      } else if (point === undefined || !'\t \r\n\f'.includes(point)) return;
      else this.#at++;
    }
  }

  #token(kind: TokenKind, length: number): Token {
    const offset = this.#at;
    this.#at += length;
    return { kind, text: this.#points.slice(offset, this.#at).join(''), offset, end: this.#at };
  }

  #ahead(length = 400): string {
    return this.#points.slice(this.#at, this.#at + length).join('');
  }

  #quoted({ prefix, quote }: { prefix: string; quote: string }): Token | undefined {
    const isRaw = /r/i.test(prefix);
    const isLong = quote.length === 3;
    let at = this.#at + prefix.length + quote.length;
    for (;;) {
      const point = this.#points[at];
      if (point === undefined || (!isLong && (point === '\n' || point === '\r')))
        return this.#reject(at - this.#at);
      if (this.#startsAt(quote, at)) break;
      const isEscape = point === '\\' && !isRaw;
      const length = isEscape ? escapeLength(this.#points.slice(at + 1, at + 10).join('')) : 0;
      if (length < 0) return this.#reject(at + 2 - this.#at);
      at += length + 1;
    }
    return this.#token(/b/i.test(prefix) ? 'bytes' : 'string', at + quote.length - this.#at);
  }

  #opening(): { prefix: string; quote: string } | undefined {
    for (const prefix of ['', ...prefixes]) {
      if (!this.#startsAt(prefix, this.#at)) continue;
      const quote = quotes.find(one => this.#startsAt(one, this.#at + prefix.length));
      if (quote) return { prefix, quote };
    }
    return undefined;
  }

  #startsAt(text: string, at: number): boolean {
    for (let i = 0; i < text.length; i++) if (this.#points[at + i] !== text[i]) return false;
    return true;
  }

  #word(): Token | undefined {
    const [text] = identifier.exec(this.#ahead()) ?? [];
    if (!text) return undefined;
    let length = text.length;
    while (/^[_a-zA-Z0-9]$/.test(this.#points[this.#at + length] ?? '')) length++;
    return this.#token(Object.hasOwn(words, text) ? words[text]! : 'identifier', length);
  }

  #number(): Token | undefined {
    const [text] = number.exec(this.#ahead()) ?? [];
    if (!text) return undefined;
    const isHex = text.startsWith('0x');
    if (/u$/i.test(text)) return this.#token('uint', text.length);
    return this.#token(!isHex && /[.eE]/.test(text) ? 'double' : 'int', text.length);
  }

  #backquoted(): Token | undefined {
    const [text] = /^`[a-zA-Z0-9_.\-/ ]+`/.exec(this.#ahead()) ?? [];
    return text === undefined ? undefined : this.#token('quoted-identifier', text.length);
  }

  #symbol(): Token | undefined {
    const text = symbols.find(one => this.#startsAt(one, this.#at));
    return text === undefined ? undefined : this.#token('symbol', text.length);
  }

  #reject(length: number): undefined {
    const { text, offset } = this.#token('symbol', Math.max(length, 1));
    this.#problems.push({
      offset,
      message: `Syntax error: token recognition error at: '${text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}'`,
    });
    return undefined;
  }
}

/** How long an escape is behind its backslash; -1 for what is none. */
function escapeLength(rest: string): number {
  const [found] =
    /^(?:[abfnrtv"'\\?`]|[0-3][0-7]{2}|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/.exec(rest) ?? [];
  return found?.length ?? -1;
}
