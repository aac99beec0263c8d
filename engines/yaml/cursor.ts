import type { Json, JsonObject } from '@millrace/json';
import { YamlError } from './error.ts';
import type { ScalarRules } from './scalar.ts';

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;

/** How much a text may ask of the reader. */
export interface Limits {
  /** Characters of the whole text. */
  size: number;
  /** Collections inside collections. */
  depth: number;
  /**
   * Values that aliases may add by copying what they point at, over the whole text; so many characters of texts count
   * as one value.
   */
  copies: number;
}

/** What becomes of a key that is given twice: the text is refused, or the last or the first value counts. */
export type Duplicates = 'refused' | 'last' | 'first';

/** Told of a key that its map has already: the lines (from 1) on which it stands again, and for the first time. */
export type DuplicateListener = (key: string, line: number, firstLine: number) => void;

/** Told of a value of a map that was written plain and is not that text; '' where nothing was written. */
export type PlainValueListener = (map: JsonObject, key: string, text: string) => void;

/** Told of each comment, from its # to its end; the column (from 0) is that of the #. */
export type CommentListener = (start: number, end: number, column: number, inFlow: boolean) => void;

/** Told of each scalar that is written and is no key: where it starts and ends, without tag and anchor, and its text. */
export type ScalarListener = (start: number, end: number, text: string, inFlow: boolean) => void;

export interface CursorOptions {
  source?: string | undefined;
  rules: ScalarRules;
  limits: Limits;
  exactIntegers?: boolean;
  duplicates?: Duplicates | undefined;
  onDuplicate?: DuplicateListener | undefined;
  onPlainValue?: PlainValueListener | undefined;
  onComment?: CommentListener | undefined;
  onScalar?: ScalarListener | undefined;
}

// YAML 1.2, 5.1: tab, line breaks, NEL and everything printable.
const notAllowed = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/** A place in a YAML text, with what is needed to say where it is. */
export class Cursor {
  readonly text: string;
  readonly end: number;
  readonly rules: ScalarRules;
  readonly limits: Limits;
  readonly source: string | undefined;
  pos = 0;
  /** Where the current line starts. */
  lineStart = 0;
  depth = 0;
  copies = 0;
  readonly exactIntegers: boolean;
  readonly duplicates: Duplicates;
  readonly onDuplicate: DuplicateListener | undefined;
  readonly #onPlainValue: PlainValueListener | undefined;
  readonly #onComment: CommentListener | undefined;
  readonly #onScalar: ScalarListener | undefined;
  /** Within so many explicit keys (`? key`). */
  keys = 0;
  #lineStarts: number[] | undefined;
  /** The text of the scalar that was read last, if it was written plain and means something else. */
  plainText: string | undefined;

  constructor(text: string, options: CursorOptions) {
    this.text = text;
    this.end = text.length;
    this.rules = options.rules;
    this.limits = options.limits;
    this.source = options.source;
    this.exactIntegers = options.exactIntegers ?? false;
    this.duplicates = options.duplicates ?? 'refused';
    this.onDuplicate = options.onDuplicate;
    this.#onPlainValue = options.onPlainValue;
    this.#onComment = options.onComment;
    this.#onScalar = options.onScalar;
    if (text.charCodeAt(0) === 0xfeff) this.pos = this.lineStart = 1;
    if (text.length > options.limits.size) {
      this.fail(`the text has ${text.length} characters, more than the ${options.limits.size} allowed`);
    }
    const control = text.search(notAllowed);
    if (control >= 0)
      this.fail('control characters are not allowed: write them as escapes in double quotes', control);
  }

  get column(): number {
    return this.pos - this.lineStart;
  }

  peek(ahead = 0): number {
    const at = this.pos + ahead;
    return at < this.end ? this.text.charCodeAt(at) : -1;
  }

  fail(problem: string, at = this.pos): never {
    throw new YamlError(problem, { source: this.source, ...this.placeOf(at) });
  }

  placeOf(at: number): { line: number; column: number } {
    let line = 1;
    let start = this.text.charCodeAt(0) === 0xfeff ? 1 : 0;
    for (let i = start; i < at; i++) {
      const code = this.text.charCodeAt(i);
      if (code === LF || (code === CR && this.text.charCodeAt(i + 1) !== LF)) {
        line++;
        start = i + 1;
      }
    }
    return { line, column: Math.max(at - start, 0) + 1 };
  }

  /** As placeOf tells it, for many places: the lines are counted once. */
  lineOf(at: number): number {
    if (this.#lineStarts === undefined) {
      this.#lineStarts = [0];
      for (let i = 0; i < this.end; i++) {
        const code = this.text.charCodeAt(i);
        if (code === LF || (code === CR && this.text.charCodeAt(i + 1) !== LF)) this.#lineStarts.push(i + 1);
      }
    }
    const starts = this.#lineStarts;
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** True when the character at `pos + ahead` is white space, a line break or the end. */
  blankAt(ahead: number): boolean {
    return isBlank(this.peek(ahead));
  }

  /** `---` or `...` at the start of a line. */
  atDocumentMarker(): boolean {
    if (this.pos !== this.lineStart) return false;
    const code = this.peek();
    if (code !== 0x2d && code !== 0x2e) return false;
    return this.peek(1) === code && this.peek(2) === code && this.blankAt(3);
  }

  /** Steps over one line break, which must be there. */
  newline(): void {
    this.pos += this.peek() === CR && this.peek(1) === LF ? 2 : 1;
    this.lineStart = this.pos;
  }

  atBreak(): boolean {
    const code = this.peek();
    return code === LF || code === CR;
  }

  /**
   * Goes to the next token over white space, comments and line breaks; true when a line break was crossed.
   * A tab may separate tokens but not indent one (YAML 1.2, 6.1).
   */
  skip(inFlow: boolean): boolean {
    let crossed = this.onFreshLine();
    for (;;) {
      let code = this.peek();
      while (code === SPACE || (code === TAB && (inFlow || !crossed))) {
        this.pos++;
        code = this.peek();
      }
      if (code === 0x23 || (code === TAB && this.blankLine())) {
        this.skipComment(inFlow);
        code = this.peek();
      }
      if (code !== LF && code !== CR) {
        if (code === TAB) this.fail('a tab cannot indent a line: use spaces');
        return crossed;
      }
      this.newline();
      crossed = true;
    }
  }

  /** True when nothing but spaces stands before this place on its line. */
  onFreshLine(): boolean {
    let at = this.pos - 1;
    while (at >= this.lineStart && this.text.charCodeAt(at) === SPACE) at--;
    return at < this.lineStart;
  }

  /** True when the rest of the line is white space or a comment. */
  blankLine(): boolean {
    let ahead = 0;
    while (this.peek(ahead) === SPACE || this.peek(ahead) === TAB) ahead++;
    return this.peek(ahead) === 0x23 || isBlank(this.peek(ahead));
  }

  skipComment(inFlow = false): void {
    let at = this.text.indexOf('\n', this.pos);
    if (at < 0) at = this.end;
    if (this.text.charCodeAt(at - 1) === CR) at--;
    if (this.#onComment !== undefined && this.peek() === 0x23)
      this.#onComment(this.pos, at, this.column, inFlow);
    this.pos = at;
  }

  skipSpaces(): void {
    let code = this.peek();
    while (code === SPACE || code === TAB) {
      this.pos++;
      code = this.peek();
    }
  }

  /** To be called when the value of a key has been read. */
  tellOfPlainValue(map: JsonObject, key: string, value: Json): void {
    if (this.plainText !== undefined && (value === null || typeof value !== 'object'))
      this.#onPlainValue?.(map, key, this.plainText);
  }

  /** To be called when a scalar has been read that is no key of a map. */
  tellOfScalar(start: number, end: number, text: string, inFlow: boolean): void {
    if (this.keys === 0 && start < end) this.#onScalar?.(start, end, text, inFlow);
  }

  enter(): void {
    if (++this.depth > this.limits.depth) this.fail(`nested more than ${this.limits.depth} levels deep`);
  }

  leave(): void {
    this.depth--;
  }
}

export function isBlank(code: number): boolean {
  return code === SPACE || code === LF || code === -1 || code === TAB || code === CR;
}
