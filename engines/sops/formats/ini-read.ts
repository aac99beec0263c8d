import { limits } from '../limits.ts';
import { Problem } from '../sops-error.ts';
import { Branch, Comment } from '../tree.ts';
import { trim, trimEnd, trimStart } from './white-space.ts';

/** The section of what stands before the first one. */
export const defaultSection = 'DEFAULT';

/**
 * The sections of an INI text, each a map of texts, as gopkg.in/ini.v1 reads it: `=` or `:` behind a name, a comment
 * begins at any # or ; outside of quotes, a backslash at the end of a line goes on with the next one, and a name that
 * is given twice has the last value. The comment of a section is its first entry, that of a name stands behind it.
 */
export function readIni(text: string): Branch {
  return new Reader(text).sections();
}

interface Section {
  name: string;
  comment: string;
  entries: Map<string, { value: string; comment: string }>;
  /** How many names are numbers. */
  numbered: number;
}

class Reader {
  readonly #lines: string[];
  #line = 0;
  /** Lines of comments that belong to what follows. */
  #comment = '';

  constructor(text: string) {
    this.#lines = text.replace(/^\ufeff/, '').split('\n');
    if (this.#lines.length > limits.values)
      throw new Problem('limit', `the text has more than ${limits.values} lines`);
  }

  sections(): Branch {
    const sections: Section[] = [newSection(defaultSection, '')];
    while (this.#line < this.#lines.length) {
      const line = trimStart(this.#next());
      if (line === '') continue;
      if (line.startsWith('#') || line.startsWith(';')) this.#comment += `${line}\n`;
      else if (line.startsWith('[')) sections.push(this.#section(line));
      else this.#entry(line, sections.at(-1)!);
    }
    return new Branch(sections.map(section => ({ key: section.name, value: toBranch(section) })));
  }

  #next(): string {
    return this.#lines[this.#line++] ?? '';
  }

  #section(line: string): Section {
    const end = line.lastIndexOf(']');
    if (end < 0) this.#fail('unclosed section: a ] is missing');
    const name = line.slice(1, end);
    if (name === '') this.#fail('a section has no name');
    this.#comment += commentOf(line.slice(end + 1));
    return newSection(name, this.#takeComment());
  }

  #entry(line: string, section: Section): void {
    const [name, rest] = this.#name(line);
    if (name === '') this.#fail('error creating new key: empty key name');
    const value = this.#value(rest);
    // A name of one dash is a number.
    const key = name === '-' ? `#${++section.numbered}` : name;
    section.entries.set(key, { value, comment: this.#takeComment() });
  }

  #name(line: string): [name: string, rest: string] {
    const quote = ['"""', '"', '`'].find(mark => line.startsWith(mark)) ?? '';
    const end = quote === '' ? 0 : line.indexOf(quote, quote.length);
    if (end < 0) this.#fail('missing closing key quote');
    const sign = line.slice(end).search(/[=:]/);
    if (sign < 0) this.#fail('key-value delimiter not found: it is no NAME = value');
    const name = quote === '' ? line.slice(0, sign) : line.slice(quote.length, end);
    return [trim(name), line.slice(end + sign + 1)];
  }

  #value(rest: string): string {
    const line = trimStart(rest);
    const quote = ['"""', '`'].find(mark => line.startsWith(mark));
    const isQuoted = quote === '`' || line.length > 3 || this.#line < this.#lines.length;
    if (quote !== undefined && isQuoted) return this.#quoted(line.slice(quote.length), quote);
    const text = trimEnd(line);
    if (text.endsWith('\\')) return this.#continued(text.slice(0, -1));
    const comment = text.search(/[#;]/);
    if (comment >= 0) this.#comment += text.slice(comment);
    return unquoted(comment < 0 ? text : trim(text.slice(0, comment)));
  }

  #quoted(first: string, quote: string): string {
    const end = first.lastIndexOf(quote);
    if (end >= 0) return first.slice(0, end);
    const parts = [first];
    while (this.#line < this.#lines.length) {
      const line = this.#next();
      const close = line.lastIndexOf(quote);
      if (
        close >= 0 &&
        !line
          .slice(close + quote.length)
          .trimEnd()
          .endsWith('\\')
      ) {
        this.#comment += trim(commentOf(line.slice(close)));
        return [...parts, line.slice(0, close)].join('\n');
      }
      parts.push(line);
    }
    this.#fail('a quoted value is not closed');
  }

  #continued(first: string): string {
    const parts = [first];
    for (;;) {
      const line = trim(this.#next());
      if (!line.endsWith('\\')) return [...parts, line].join('');
      parts.push(line.slice(0, -1));
    }
  }

  #takeComment(): string {
    const comment = trim(this.#comment);
    this.#comment = '';
    return comment;
  }

  #fail(problem: string): never {
    throw new Problem('format', `line ${this.#line}: ${problem}`);
  }
}

function newSection(name: string, comment: string): Section {
  return { name, comment, entries: new Map(), numbered: 0 };
}

function commentOf(rest: string): string {
  const start = rest.search(/[#;]/);
  return start < 0 ? '' : rest.slice(start);
}

/** Quotes around a value go, unless there are more of them inside. */
function unquoted(text: string): string {
  for (const quote of ["'", '"'])
    if (text.length >= 2 && text.startsWith(quote) && text.indexOf(quote, 1) === text.length - 1)
      return text.slice(1, -1);
  return text;
}

function toBranch({ comment, entries }: Section): Branch {
  const parts: Branch['entries'] = comment === '' ? [] : [toComment(comment)];
  for (const [key, entry] of entries) {
    parts.push({ key, value: entry.value });
    if (entry.comment !== '') parts.push(toComment(entry.comment));
  }
  return new Branch(parts);
}

/** The first line of a comment loses its mark. */
function toComment(comment: string): Comment {
  return new Comment(comment.replace(comment.startsWith(';') ? /^[; ]+/ : /^[# ]+/, ''));
}
