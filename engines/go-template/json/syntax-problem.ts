import { toBytes } from '../byte-string.ts';
import { quote } from '../quote.ts';

/** What is wrong with a text that is no JSON, in the words of Go's encoding/json. */
export function syntaxProblem(text: string): string {
  try {
    const scanner = new Scanner(toBytes(text));
    scanner.value();
    scanner.end();
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
  return 'unexpected end of JSON input';
}

class Problem extends Error {}

const code = (character: string) => character.charCodeAt(0);

const [quoteMark, backslash, comma, colon] = ['"', '\\', ',', ':'].map(code) as [
  number,
  number,
  number,
  number,
];

/** Reads JSON for its faults only: each method ends after what it is named for. */
class Scanner {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  value(): void {
    this.#space();
    const byte = this.#peek();
    if (byte === code('{')) this.#object();
    else if (byte === code('[')) this.#array();
    else if (byte === quoteMark) this.#string();
    else if (byte === code('-') || isDigit(byte)) this.#number();
    else {
      const word = ['true', 'false', 'null'].find(known => code(known) === byte);
      if (word === undefined) this.#fail('looking for beginning of value');
      this.#literal(word!);
    }
  }

  end(): void {
    this.#space();
    if (this.#at < this.#bytes.length) this.#fail('after top-level value');
  }

  #object(): void {
    this.#at++;
    this.#space();
    if (this.#skip('}')) return;
    for (;;) {
      this.#space();
      if (this.#peek() !== quoteMark) this.#fail('looking for beginning of object key string');
      this.#string();
      this.#space();
      this.#expect(colon, 'after object key');
      this.value();
      this.#space();
      if (this.#skip('}')) return;
      this.#expect(comma, 'after object key:value pair');
    }
  }

  #array(): void {
    this.#at++;
    this.#space();
    if (this.#skip(']')) return;
    for (;;) {
      this.value();
      this.#space();
      if (this.#skip(']')) return;
      this.#expect(comma, 'after array element');
    }
  }

  #string(): void {
    this.#at++;
    for (;;) {
      const byte = this.#peek();
      if (byte < 0x20) this.#fail('in string literal');
      this.#at++;
      if (byte === quoteMark) return;
      if (byte === backslash) this.#escape();
    }
  }

  #escape(): void {
    const letter = String.fromCharCode(this.#peekWithin());
    if (!'bfnrt\\/"u'.includes(letter)) this.#fail('in string escape code');
    this.#at++;
    for (let digit = 0; letter === 'u' && digit < 4; digit++, this.#at++)
      if (!/[0-9a-fA-F]/.test(String.fromCharCode(this.#peekWithin())))
        this.#fail('in \\u hexadecimal character escape');
  }

  #number(): void {
    if (this.#skip('-') && !isDigit(this.#peekWithin())) this.#fail('in numeric literal');
    if (!this.#skip('0')) this.#digits();
    if (this.#skip('.')) {
      if (!isDigit(this.#peekWithin())) this.#fail('after decimal point in numeric literal');
      this.#digits();
    }
    if (this.#skip('e') || this.#skip('E')) {
      if (!this.#skip('+')) this.#skip('-');
      if (!isDigit(this.#peekWithin())) this.#fail('in exponent of numeric literal');
      this.#digits();
    }
  }

  #digits(): void {
    while (isDigit(this.#bytes[this.#at])) this.#at++;
  }

  #literal(word: string): void {
    for (const letter of word) {
      if (this.#peekWithin() !== code(letter))
        this.#fail(`in literal ${word} (expecting ${quoted(code(letter))})`);
      this.#at++;
    }
  }

  #space(): void {
    while (this.#at < this.#bytes.length && ' \t\r\n'.includes(String.fromCharCode(this.#bytes[this.#at]!)))
      this.#at++;
  }

  #skip(character: string): boolean {
    const is = this.#bytes[this.#at] === code(character);
    if (is) this.#at++;
    return is;
  }

  #expect(byte: number, context: string): void {
    if (this.#peek() !== byte) this.#fail(context);
    this.#at++;
  }

  #peek(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new Problem('unexpected end of JSON input');
    return byte;
  }

  /** Where a space may not be, encoding/json takes the end for one. */
  #peekWithin(): number {
    return this.#bytes[this.#at] ?? code(' ');
  }

  #fail(context: string): never {
    throw new Problem(`invalid character ${quoted(this.#peekWithin())} ${context}`);
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** A byte as the error shows it. */
function quoted(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === "'") return "'\\''";
  if (character === '"') return `'"'`;
  return `'${quote(character).slice(1, -1)}'`;
}
