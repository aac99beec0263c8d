import { get } from '@millrace/json';
import type { Cursor } from './cursor.ts';

/** Stands once in a run of blanks, so that a run that nothing ends is read once. */
const trailingBlanks = /(?<![ \t])[ \t]+$/;

/** Reads a scalar in single or double quotes; the cursor stands at the opening quote. */
export function readQuoted(cursor: Cursor): string {
  return cursor.peek() === 0x22 ? readDouble(cursor) : readSingle(cursor);
}

function readSingle(cursor: Cursor): string {
  const start = cursor.pos;
  const { text } = cursor;
  let out = '';
  cursor.pos++;
  for (;;) {
    let at = cursor.pos;
    while (at < cursor.end) {
      const code = text.charCodeAt(at);
      if (code === 0x27 || code === 0x0a || code === 0x0d) break;
      at++;
    }
    if (at >= cursor.end) cursor.fail('a single-quoted string is not closed', start);
    const chunk = text.slice(cursor.pos, at);
    cursor.pos = at;
    if (text.charCodeAt(at) !== 0x27) {
      out += chunk.replace(trailingBlanks, '') + foldBreaks(cursor, start);
    } else if (text.charCodeAt(at + 1) === 0x27) {
      out += `${chunk}'`;
      cursor.pos = at + 2;
    } else {
      cursor.pos = at + 1;
      return out + chunk;
    }
  }
}

function readDouble(cursor: Cursor): string {
  const start = cursor.pos;
  const { text } = cursor;
  let out = '';
  cursor.pos++;
  for (;;) {
    let at = cursor.pos;
    while (at < cursor.end) {
      const code = text.charCodeAt(at);
      if (code === 0x22 || code === 0x5c || code === 0x0a || code === 0x0d) break;
      at++;
    }
    if (at >= cursor.end) cursor.fail('a double-quoted string is not closed', start);
    const code = text.charCodeAt(at);
    const chunk = text.slice(cursor.pos, at);
    cursor.pos = at;
    if (code === 0x22) {
      cursor.pos = at + 1;
      return out + chunk;
    }
    if (code === 0x5c) out += chunk + readEscape(cursor, start);
    else out += chunk.replace(trailingBlanks, '') + foldBreaks(cursor, start);
  }
}

/** Steps over line breaks inside quotes: one becomes a space, n become n-1 newlines. */
function foldBreaks(cursor: Cursor, start: number): string {
  let breaks = 0;
  while (cursor.atBreak()) {
    cursor.newline();
    breaks++;
    if (cursor.atDocumentMarker()) cursor.fail('a document ends inside a quoted string', start);
    cursor.skipSpaces();
  }
  return breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
}

const escapes: Record<string, string> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '/': '/',
  '\\': '\\',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
};
const hexDigits: Record<string, number> = { x: 2, u: 4, U: 8 };

function readEscape(cursor: Cursor, start: number): string {
  cursor.pos++;
  if (cursor.atBreak()) {
    cursor.newline();
    cursor.skipSpaces();
    return cursor.atBreak() ? `${'\n'}${foldBreaks(cursor, start).slice(1)}` : '';
  }
  const letter = cursor.text[cursor.pos] ?? '';
  const simple = get(escapes, letter);
  if (simple !== undefined) {
    cursor.pos++;
    return simple;
  }
  const length = get(hexDigits, letter);
  if (length === undefined) cursor.fail(`\\${letter} is no escape in a double-quoted string`, cursor.pos - 1);
  const hex = cursor.text.slice(cursor.pos + 1, cursor.pos + 1 + length);
  const code = /^[0-9a-fA-F]+$/.test(hex) && hex.length === length ? Number.parseInt(hex, 16) : -1;
  if (code < 0 || code > 0x10ffff)
    cursor.fail(`\\${letter} needs ${length} hexadecimal digits of a character`);
  cursor.pos += 1 + length;
  return length === 8 ? String.fromCodePoint(code) : String.fromCharCode(code);
}
