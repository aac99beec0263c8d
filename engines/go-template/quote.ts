import { rejoined, strayByte } from './byte-string.ts';

const shortEscapes: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Whether Go prints the character as it is: letters, marks, numbers, punctuation, symbols and the space. */
export function isPrint(character: string): boolean {
  return printable.test(character);
}

/** A string as a Go literal in the given quotes: strconv.Quote, or QuoteToASCII with `ascii`. */
export function quote(text: string, mark: '"' | "'" = '"', ascii = false): string {
  let out = mark as string;
  for (const character of text) out += escaped(character, mark, ascii);
  return out + mark;
}

function escaped(character: string, mark: string, ascii: boolean): string {
  if (character === mark) return `\\${mark}`;
  const short = shortEscapes[character];
  if (short !== undefined) return short;
  const stray = strayByte(character);
  if (stray !== undefined) return `\\x${hex(stray, 2)}`;
  const code = character.codePointAt(0)!;
  if (code < 0x80 ? code >= 0x20 && code < 0x7f : !ascii && isPrint(character)) return character;
  if (code < 0x80) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, '0');
}

/** Whether strconv would write the string between backquotes: one line, no control characters but tab. */
export function canBackquote(text: string): boolean {
  return text.isWellFormed() && !/[\x00-\x08\x0a-\x1f\x7f`\ufeff]/.test(text);
}

const simpleEscapes: Record<string, string> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/**
 * The value of a Go literal in double quotes, single quotes or backquotes, or undefined if it breaks the rules
 * of strconv.Unquote. The quotes must be there.
 */
export function unquote(literal: string): string | undefined {
  const mark = literal[0]!;
  const body = literal.slice(1, -1);
  if (mark === '`') return body.replaceAll('\r', '');
  if (!body.includes('\\')) return body;
  let out = '';
  for (let at = 0; at < body.length; ) {
    if (body[at] !== '\\') {
      out += body[at++];
      continue;
    }
    const read = readEscape(body, at + 1, mark);
    if (read === undefined) return undefined;
    out += read.text;
    at = read.end;
  }
  return rejoined(out);
}

/** The escape whose letter is at this place. Octal and \x give bytes, \u and \U code points. */
function readEscape(body: string, at: number, mark: string): { text: string; end: number } | undefined {
  const letter = body[at] ?? '';
  const simple = letter === mark ? mark : simpleEscapes[letter];
  if (simple !== undefined) return { text: simple, end: at + 1 };
  const octal = /^[0-7]{3}/.exec(body.slice(at, at + 3));
  const width = { x: 2, u: 4, U: 8 }[letter];
  if (!octal && width === undefined) return undefined;
  const digits = octal ? octal[0] : body.slice(at + 1, at + 1 + width!);
  if (!octal && (digits.length !== width || !/^[0-9a-fA-F]+$/.test(digits))) return undefined;
  const code = Number.parseInt(digits, octal ? 8 : 16);
  const end = octal ? at + 3 : at + 1 + width!;
  if (octal || letter === 'x') {
    if (code > 255) return undefined;
    // In single quotes a byte is the character of that code: it is a rune, not a string.
    return { text: String.fromCharCode(code < 0x80 || mark === "'" ? code : 0xdc00 + code), end };
  }
  const valid = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return valid ? { text: String.fromCodePoint(code), end } : undefined;
}
