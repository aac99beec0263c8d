import { countKeys, type Json } from '@millrace/json';

/** What Go's encoding/json says of a text, for the messages that clients of the API know. */

/** A key that an object has twice, as `spec.containers[0].image`. */
export interface Scan {
  readonly duplicates: readonly string[];
  /** Why the text is no JSON; undefined when it is. */
  readonly problem: string | undefined;
}

/**
 * The duplicate keys of a JSON text that JSON.parse has read. Most texts have none, which counting the keys of both
 * tells without a scan.
 */
export function duplicateKeys(text: string, value: Json): readonly string[] {
  return countColons(text) === countKeys(value) ? [] : scanJson(text).duplicates;
}

/** Characters of a path that may be looked up at every key: a text with a long key above many costs no more. */
const longestPath = 300;

/** Whether `strictFindings` can tell of all of them. */
export function areFindable(unknown: readonly string[]): boolean {
  return unknown.every(path => path.length <= longestPath);
}

/**
 * What a strict reading into a type finds, in the order of a JSON text that JSON.parse has read: the fields that are
 * known to be `unknown`, and keys that stand twice, but for those within what is unknown. Source of the rule:
 * sigs.k8s.io/json, decodeState.object.
 */
export function strictFindings(text: string, unknown: readonly string[]): readonly string[] {
  const scanner = new Scanner(text, new Set(unknown));
  scanner.whole();
  return [...new Set(scanner.findings)];
}

const [quote, backslash, colon] = [0x22, 0x5c, 0x3a];

/** Each key has one behind it, and outside of strings there are no others. */
function countColons(text: string): number {
  let count = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (character === quote) inString = !inString;
    else if (inString && character === backslash) i++;
    else if (!inString && character === colon) count++;
  }
  return count;
}

/** Read a text as Go does. Source of the words: encoding/json, SyntaxError. */
export function scanJson(text: string): Scan {
  const scanner = new Scanner(text);
  try {
    scanner.whole();
    return { duplicates: scanner.duplicates, problem: undefined };
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    return { duplicates: scanner.duplicates, problem: error.message };
  }
}

class NotJson extends Error {
  override name = 'NotJson';
}

/** Go says so too, at a depth that fits its stacks. */
const deepest = 1000;

class Scanner {
  readonly duplicates: string[] = [];
  /** `unknown field "a"`, `duplicate field "b.c"`: as they come, and as often. */
  readonly findings: string[] = [];
  readonly #text: string;
  readonly #unknown: ReadonlySet<string>;
  #at = 0;
  #depth = 0;
  #inUnknown = 0;

  constructor(text: string, unknown: ReadonlySet<string> = new Set()) {
    this.#text = text;
    this.#unknown = unknown;
  }

  whole(): void {
    this.#value('', 'looking for beginning of value');
    if (this.#peek() !== undefined) this.#fail('after top-level value');
  }

  #value(path: string, context: string): void {
    const next = this.#peek();
    if (++this.#depth > deepest) throw new NotJson('exceeded max depth');
    if (next === '{') this.#object(path);
    else if (next === '[') this.#array(path);
    else if (next === '"') this.#string();
    else if (next !== undefined && /[-\d]/.test(next)) this.#number();
    else this.#word(context);
    this.#depth--;
  }

  #object(path: string): void {
    const seen = new Set<string>();
    this.#at++;
    if (this.#peek() === '}') {
      this.#at++;
      return;
    }
    let context = 'looking for beginning of object key string';
    for (;;) {
      if (this.#peek() !== '"') this.#fail(context);
      const key = this.#string();
      const at = path === '' ? key : `${path}.${key}`;
      const unknown = this.#isUnknown(at);
      this.#judge(at, unknown, seen.has(key));
      seen.add(key);
      if (this.#peek() !== ':') this.#fail('after object key');
      this.#at++;
      if (unknown) this.#inUnknown++;
      this.#value(at, 'looking for beginning of value');
      if (unknown) this.#inUnknown--;
      const next = this.#peek();
      if (next !== ',' && next !== '}') this.#fail('after object key:value pair');
      this.#at++;
      if (next === '}') return;
      context = 'looking for beginning of object key string';
    }
  }

  /** The length of a path costs nothing, to look it up costs its length. */
  #isUnknown(at: string): boolean {
    if (this.#unknown.size === 0 || this.#inUnknown > 0 || at.length > longestPath) return false;
    return this.#unknown.has(at);
  }

  #judge(at: string, unknown: boolean, again: boolean): void {
    if (again) this.duplicates.push(at);
    if (this.#inUnknown > 0 || !(unknown || again)) return;
    this.findings.push(`${unknown ? 'unknown' : 'duplicate'} field "${at}"`);
  }

  #array(path: string): void {
    this.#at++;
    if (this.#peek() === ']') {
      this.#at++;
      return;
    }
    for (let i = 0; ; i++) {
      this.#value(`${path}[${i}]`, 'looking for beginning of value');
      const next = this.#peek();
      if (next !== ',' && next !== ']') this.#fail('after array element');
      this.#at++;
      if (next === ']') return;
    }
  }

  #string(): string {
    const start = this.#at++;
    for (; ; this.#at++) {
      const next = this.#text[this.#at];
      if (next === undefined || next < ' ') this.#fail('in string literal');
      if (next === '\\') this.#at++;
      else if (next === '"') break;
    }
    this.#at++;
    const literal = this.#text.slice(start, this.#at);
    try {
      return JSON.parse(literal) as string;
    } catch {
      throw new NotJson('invalid character in string escape code');
    }
  }

  #number(): void {
    const [found] = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/.exec(this.#text.slice(this.#at)) ?? [];
    if (found === undefined) this.#at++;
    this.#at += found?.length ?? 0;
    if (found === undefined) this.#fail('in numeric literal');
  }

  #word(context: string): void {
    const word = ['true', 'false', 'null'].find(each => each[0] === this.#text[this.#at]);
    if (!word) this.#fail(context);
    for (const [i, letter] of [...word!].entries()) {
      if (this.#text[this.#at] !== letter) this.#fail(`in literal ${word} (expecting '${word![i]}')`);
      this.#at++;
    }
  }

  #peek(): string | undefined {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++;
    return this.#text[this.#at];
  }

  #fail(context: string): never {
    const next = this.#text[this.#at];
    if (next === undefined) throw new NotJson('unexpected end of JSON input');
    throw new NotJson(`invalid character ${quoted(next)} ${context}`);
  }
}

function quoted(character: string): string {
  if (character === "'") return `'\\''`;
  if (character === '"') return `'"'`;
  const text = JSON.stringify(character)
    .slice(1, -1)
    .replace(/[\x80-\xa0\xad]/g, odd => `\\u00${odd.charCodeAt(0).toString(16)}`);
  return `'${text}'`;
}
