import { isPrint, quote } from './quote.ts';
import { keywords, type Token, type TokenType } from './token.ts';

/** What opens and closes an action; `{{` and `}}` unless set. */
export interface Delimiters {
  left: string;
  right: string;
}

const asciiLetterOrDigit = /[A-Za-z0-9_]/;
const letterOrDigit = /[_\p{L}\p{Nd}]/u;
/** The same where there is nothing but ASCII: a class of all letters takes milliseconds to be compiled. */
const asciiWord = /[A-Za-z0-9_]*/y;
const word = /[_\p{L}\p{Nd}]*/uy;
const spaces = /[ \t\r\n]*/y;
/** An action from delimiter to delimiter, whatever is quoted in it. */
const wholeAction = /\{\{(?:[^"'`}]|"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'|`[^`]*`)*\}\}/y;
/** Longer ones are not likely to come again. */
const longAction = 1000;

/** Splits the text of a template into tokens, one at a time. After an error there is only the end. */
export class Lexer {
  readonly #text: string;
  readonly #delimiters: Delimiters;
  /** `break` and `continue` are words like others if there are functions of that name. */
  readonly #plainWords: ReadonlySet<string>;
  #at = 0;
  #insideAction = false;
  #depth = 0;
  #failed = false;
  /** Only actions between the usual delimiters are recognised whole. */
  readonly #seesActions: boolean;

  constructor(text: string, delimiters: Delimiters, plainWords: ReadonlySet<string>) {
    this.#text = text;
    this.#delimiters = delimiters;
    this.#plainWords = plainWords;
    this.#seesActions = delimiters.left === '{{' && delimiters.right === '}}';
  }

  next(): Token {
    if (this.#failed) return { type: 'eof', at: this.#at, text: '' };
    return this.#insideAction ? this.#inAction() : this.#inText();
  }

  /** The text of the action that starts at an offset, both delimiters included, if it is not long. */
  actionText(start: number): string | undefined {
    if (!this.#seesActions) return undefined;
    wholeAction.lastIndex = start;
    if (!wholeAction.test(this.#text) || wholeAction.lastIndex - start > longAction) return undefined;
    return this.#text.slice(start, wholeAction.lastIndex);
  }

  /** Go on in the text behind an action, which ends at an offset. */
  leave(end: number): void {
    const beforeDelimiter = end - this.#delimiters.right.length - 2;
    this.#at = this.#rightDelimiterAt(beforeDelimiter)?.end ?? end;
    this.#insideAction = false;
  }

  /** Take everything up to `end` as a token. */
  #take(type: TokenType, end: number): Token {
    const token = { type, at: this.#at, text: this.#text.slice(this.#at, end) };
    this.#at = end;
    return token;
  }

  #fail(message: string): Token {
    this.#failed = true;
    return { type: 'error', at: this.#at, text: message };
  }

  #inText(): Token {
    const start = this.#text.indexOf(this.#delimiters.left, this.#at);
    if (start < 0) return this.#take(this.#at < this.#text.length ? 'text' : 'eof', this.#text.length);
    if (start > this.#at) {
      const trims = this.#trimsBefore(start + this.#delimiters.left.length);
      const end = trims ? this.#trimmedEnd(start) : start;
      const token = this.#take('text', end);
      this.#at = start;
      if (token.text !== '') return token;
    }
    return this.#leftDelimiter();
  }

  /** Where the text before an action ends without the white space at its end. */
  #trimmedEnd(end: number): number {
    let at = end;
    while (at > this.#at && isSpace(this.#text[at - 1])) at--;
    return at;
  }

  /** The marker `- ` after the left delimiter. */
  #trimsBefore(at: number): boolean {
    return this.#text[at] === '-' && isSpace(this.#text[at + 1]);
  }

  #leftDelimiter(): Token {
    const after = this.#at + this.#delimiters.left.length;
    const inside = after + (this.#trimsBefore(after) ? 2 : 0);
    if (this.#text.startsWith('/*', inside)) {
      this.#at = inside;
      return this.#comment();
    }
    const token = this.#take('leftDelimiter', after);
    this.#at = inside;
    this.#insideAction = true;
    this.#depth = 0;
    return token;
  }

  #comment(): Token {
    const end = this.#text.indexOf('*/', this.#at + 2);
    if (end < 0) return this.#fail('unclosed comment');
    const close = this.#rightDelimiterAt(end + 2);
    if (!close) return this.#fail('comment ends before closing delimiter');
    this.#at = close.end;
    return this.#inText();
  }

  /** The right delimiter at a place, trim marker and the trimmed space after it included. */
  #rightDelimiterAt(at: number): { delimiter: number; end: number } | undefined {
    const { right } = this.#delimiters;
    const trims = isSpace(this.#text[at]) && this.#text[at + 1] === '-';
    if (trims && this.#text.startsWith(right, at + 2))
      return { delimiter: at + 2, end: this.#runEnd(spaces, at + 2 + right.length) };
    return this.#text.startsWith(right, at) ? { delimiter: at, end: at + right.length } : undefined;
  }

  #runEnd(run: RegExp, at: number): number {
    run.lastIndex = at;
    run.test(this.#text);
    return Math.max(run.lastIndex, at);
  }

  #wordEnd(at: number): number {
    const end = this.#runEnd(asciiWord, at);
    return this.#text.charCodeAt(end) < 0x80 ? end : this.#runEnd(word, at);
  }

  #rightDelimiter(close: { delimiter: number; end: number }): Token {
    this.#at = close.delimiter;
    const token = this.#take('rightDelimiter', close.delimiter + this.#delimiters.right.length);
    this.#at = close.end;
    this.#insideAction = false;
    return token;
  }

  #inAction(): Token {
    const close = this.#rightDelimiterAt(this.#at);
    if (close) return this.#depth === 0 ? this.#rightDelimiter(close) : this.#fail('unclosed left paren');
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) return this.#fail('unclosed action');
    const character = String.fromCodePoint(code);
    const one = this.#at + 1;
    if (isSpace(character)) return this.#space();
    switch (character) {
      case '=':
        return this.#take('assign', one);
      case ':':
        return this.#text[one] === '=' ? this.#take('declare', one + 1) : this.#fail('expected :=');
      case '|':
        return this.#take('pipe', one);
      case '"':
        return this.#quoted('string', '"', 'unterminated quoted string');
      case "'":
        return this.#quoted('character', "'", 'unterminated character constant');
      case '`':
        return this.#rawString();
      case '$':
        return this.#named('variable', 'variable');
      case '(':
        this.#depth++;
        return this.#take('leftParen', one);
      case ')':
        if (--this.#depth < 0) return this.#fail('unexpected right paren');
        return this.#take('rightParen', one);
    }
    return this.#wordOrNumber(character);
  }

  #wordOrNumber(character: string): Token {
    const following = this.#text[this.#at + 1];
    if (character === '.' && following !== undefined && !isDigit(following))
      return this.#named('field', 'dot');
    if (character === '.' || character === '+' || character === '-' || isDigit(character))
      return this.#number();
    if (isWordCharacter(character)) return this.#identifier();
    if (character < '\x7f' && isPrint(character)) return this.#take('char', this.#at + 1);
    return this.#fail(`unrecognized character in action: ${unicodeName(character)}`);
  }

  #space(): Token {
    let end = this.#runEnd(spaces, this.#at);
    // The last space belongs to a right delimiter with a trim marker.
    if (this.#rightDelimiterAt(end - 1)) end--;
    const close = end === this.#at ? this.#rightDelimiterAt(end) : undefined;
    return close ? this.#rightDelimiter(close) : this.#take('space', end);
  }

  #quoted(type: TokenType, mark: string, problem: string): Token {
    for (let at = this.#at + 1; ; at++) {
      let character = this.#text[at];
      if (character === mark) return this.#take(type, at + 1);
      if (character === '\\') character = this.#text[++at];
      if (character === undefined || character === '\n') return this.#fail(problem);
    }
  }

  #rawString(): Token {
    const end = this.#text.indexOf('`', this.#at + 1);
    return end < 0 ? this.#fail('unterminated raw quoted string') : this.#take('rawString', end + 1);
  }

  /** `.name`, `$name`, or the sign alone. */
  #named(type: TokenType, alone: TokenType): Token {
    const start = this.#at + 1;
    if (this.#terminates(start)) return this.#take(alone, start);
    const end = this.#wordEnd(start);
    return this.#terminates(end) ? this.#take(type, end) : this.#badCharacter(end);
  }

  #badCharacter(at: number): Token {
    return this.#fail(`bad character ${unicodeName(String.fromCodePoint(this.#text.codePointAt(at)!))}`);
  }

  #identifier(): Token {
    const end = this.#wordEnd(this.#at);
    if (!this.#terminates(end)) return this.#badCharacter(end);
    const name = this.#text.slice(this.#at, end);
    if (keywords.has(name) && !this.#plainWords.has(name)) return this.#take(name as TokenType, end);
    return this.#take(name === 'true' || name === 'false' ? 'bool' : 'identifier', end);
  }

  /** Whether a word may end here. */
  #terminates(at: number): boolean {
    const character = this.#text[at];
    if (character === undefined || isSpace(character) || '.,|:)('.includes(character)) return true;
    return this.#text.startsWith(this.#delimiters.right, at);
  }

  /** Takes whatever looks like a number; whether it is one, the parser finds out. */
  #number(): Token {
    const first = scanNumber(this.#text, this.#at);
    const sign = this.#text[first.end];
    let { end } = first;
    let good = first.good;
    if (good && (sign === '+' || sign === '-')) {
      // Two parts are a complex constant and must end in i.
      const second = scanNumber(this.#text, end);
      end = second.end;
      good = second.good && this.#text[end - 1] === 'i';
    }
    if (!good) return this.#fail(`bad number syntax: ${quote(this.#text.slice(this.#at, end))}`);
    return this.#take('number', end);
  }
}

const numberShape =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;

function scanNumber(text: string, at: number): { end: number; good: boolean } {
  numberShape.lastIndex = at;
  numberShape.test(text);
  const end = numberShape.lastIndex;
  const following = text.codePointAt(end);
  if (following === undefined || !isWordCharacter(String.fromCodePoint(following)))
    return { end, good: true };
  return { end: end + String.fromCodePoint(following).length, good: false };
}

function isWordCharacter(character: string): boolean {
  return character < '\x80' ? asciiLetterOrDigit.test(character) : letterOrDigit.test(character);
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r';
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

/** A character as %#U prints it. */
function unicodeName(character: string): string {
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return isPrint(character) ? `U+${code} '${character}'` : `U+${code}`;
}
