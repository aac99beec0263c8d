import { CR, type Cursor, LF, SPACE, TAB } from './cursor.ts';

const COLON = 0x3a;
const HASH = 0x23;

/**
 * Reads the part of a plain scalar that stands on this line, trailing white space left unread. It ends at
 * `: `, at ` #` and, inside `[]` or `{}`, at their punctuation.
 */
export function readPlainLine(cursor: Cursor, inFlow: boolean): string {
  const { text, end } = cursor;
  const start = cursor.pos;
  let at = start;
  let last = start;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === LF || code === CR) break;
    if (code === SPACE || code === TAB) continue;
    if (code === COLON && endsAtColon(text, at, end, inFlow)) break;
    if (code === HASH && at > last && at > start) break;
    if (inFlow && isFlowPunctuation(code)) break;
    last = at + 1;
  }
  cursor.pos = last;
  return text.slice(start, last);
}

function endsAtColon(text: string, at: number, end: number, inFlow: boolean): boolean {
  if (at + 1 >= end) return true;
  const next = text.charCodeAt(at + 1);
  return next === SPACE || next === LF || next === CR || next === TAB || (inFlow && isFlowPunctuation(next));
}

/** , [ ] { } */
export function isFlowPunctuation(code: number): boolean {
  return code === 0x2c || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d;
}

/**
 * Goes on with a plain scalar over the lines that follow it, as long as they are indented deeper than
 * `parent`; a line break becomes a space, n of them n-1 newlines.
 */
export function continuePlain(cursor: Cursor, first: string, parent: number, inFlow: boolean): string {
  let out = first;
  for (;;) {
    const { pos, lineStart } = cursor;
    cursor.skipSpaces();
    let breaks = 0;
    while (cursor.atBreak()) {
      cursor.newline();
      breaks++;
      let code = cursor.peek();
      while (code === SPACE || code === TAB) {
        if (code === TAB && !inFlow && cursor.column <= parent)
          cursor.fail('a tab cannot indent a line: use spaces');
        cursor.pos++;
        code = cursor.peek();
      }
    }
    if (breaks === 0 || !continues(cursor, parent, inFlow)) {
      cursor.pos = pos;
      cursor.lineStart = lineStart;
      return out;
    }
    const line = readPlainLine(cursor, inFlow);
    if (line === '') {
      cursor.pos = pos;
      cursor.lineStart = lineStart;
      return out;
    }
    out += (breaks === 1 ? ' ' : '\n'.repeat(breaks - 1)) + line;
  }
}

function continues(cursor: Cursor, parent: number, inFlow: boolean): boolean {
  const code = cursor.peek();
  if (code === -1 || code === HASH || cursor.atDocumentMarker()) return false;
  return inFlow || cursor.column > parent;
}
