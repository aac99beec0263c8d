import { limits } from '../limits.ts';
import { Problem } from '../sops-error.ts';
import { Branch, type Entry, List, type Value } from '../tree.ts';

/**
 * The object of a JSON text, with the order of its keys and its whole numbers exact, which JSON.parse loses. What
 * stands after it is not read, as in SOPS.
 * @throws Problem for a text that is no JSON object, with its line.
 */
export function readJson(text: string): Branch {
  const reader = new Reader(text);
  const value = reader.document();
  if (value instanceof Branch) return value;
  throw new Problem('format', 'SOPS only supports JSON files with a top-level object (starting with {)');
}

const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y;
const blanks = /[ \t\n\r]*/y;
const words = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Value {
    this.#skip();
    return this.#value();
  }

  #value(): Value {
    if (++this.#values > limits.values)
      throw new Problem('limit', `the text has more than ${limits.values} values`);
    switch (this.#text[this.#at]) {
      case '{':
        return this.#deeper(() => this.#object());
      case '[':
        return this.#deeper(() => this.#list());
      case '"':
        return this.#string();
      case 't':
      case 'f':
      case 'n':
        return this.#word();
      default:
        return this.#number();
    }
  }

  #deeper<T>(read: () => T): T {
    if (++this.#depth > limits.depth)
      throw new Problem('limit', `the text is nested more than ${limits.depth} levels deep`);
    this.#at++;
    this.#skip();
    const value = read();
    this.#depth--;
    return value;
  }

  #object(): Branch {
    const entries: Entry[] = [];
    while (!this.#took('}')) {
      if (entries.length > 0) this.#expect(',');
      if (this.#text[this.#at] !== '"') this.#fail('a key is missing');
      const key = this.#string();
      this.#skip();
      this.#expect(':');
      entries.push({ key, value: this.#value() });
      this.#skip();
    }
    return new Branch(entries);
  }

  #list(): List {
    const items: Value[] = [];
    while (!this.#took(']')) {
      if (items.length > 0) this.#expect(',');
      items.push(this.#value());
      this.#skip();
    }
    return new List(items);
  }

  #string(): string {
    const start = this.#at;
    let end = start;
    do end = this.#text.indexOf('"', end + 1);
    while (end >= 0 && this.#isEscaped(end));
    if (end < 0) this.#fail('a text is not closed');
    this.#at = end + 1;
    try {
      // What is no character of Unicode becomes U+FFFD, as in Go.
      return (JSON.parse(this.#text.slice(start, this.#at)) as string).toWellFormed();
    } catch {
      this.#at = start;
      this.#fail('a text has a control character or an escape that JSON does not know');
    }
  }

  #isEscaped(quote: number): boolean {
    let at = quote;
    while (this.#text[at - 1] === '\\') at--;
    return (quote - at) % 2 === 1;
  }

  #word(): boolean | null {
    for (const [word, value] of words) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    this.#fail('a value is missing');
  }

  /** A whole number of 64 bits is one, everything else a float: 1.0 and 1e3 are floats. */
  #number(): bigint | number {
    number.lastIndex = this.#at;
    const found = number.exec(this.#text);
    if (found === null) this.#fail('a value is missing');
    this.#at = number.lastIndex;
    const [text, fraction, exponent] = found;
    const float = Number(text);
    if (!Number.isFinite(float)) this.#fail('a number is too large');
    if (fraction !== undefined || exponent !== undefined || text.length > 20) return float;
    const whole = BigInt(text);
    return BigInt.asIntN(64, whole) === whole ? whole : float;
  }

  #skip(): void {
    blanks.lastIndex = this.#at;
    blanks.exec(this.#text);
    this.#at = blanks.lastIndex;
  }

  #took(bracket: string): boolean {
    if (this.#text[this.#at] !== bracket) return false;
    this.#at++;
    return true;
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) this.#fail(`${JSON.stringify(character)} is missing`);
    this.#at++;
    this.#skip();
  }

  #fail(problem: string): never {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    throw new Problem('format', `line ${line}: ${problem}`);
  }
}
