import { CR, type Cursor, LF, SPACE, TAB } from './cursor.ts';

type Chomp = 'strip' | 'clip' | 'keep';

interface Header {
  folded: boolean;
  chomp: Chomp;
  /** The indentation that the header gives, or 0 to take that of the first line. */
  indent: number;
}

/** Reads a `|` or `>` scalar whose parent is indented by `parent` (-1 at the top). */
export function readBlockScalar(cursor: Cursor, parent: number): string {
  const header = readHeader(cursor);
  const least = Math.max(parent + 1, 1);
  let indent = header.indent > 0 ? Math.max(parent, 0) + header.indent : 0;
  const leading = emptyLines(cursor, indent);
  if (indent === 0) indent = Math.max(leading.widest, cursor.column, least);
  let out = '';
  let blanks = leading.count;
  let pending = '';
  let wasIndented = false;
  while (cursor.column === indent && cursor.pos < cursor.end && !atBreak(cursor)) {
    const isIndented = cursor.peek() === SPACE || cursor.peek() === TAB;
    if (header.folded && pending !== '' && !wasIndented && !isIndented) out += blanks === 0 ? ' ' : '';
    else out += pending;
    out += '\n'.repeat(blanks);
    wasIndented = isIndented;
    out += readLine(cursor);
    pending = atBreak(cursor) ? '\n' : '';
    if (pending !== '') cursor.newline();
    blanks = emptyLines(cursor, indent).count;
  }
  if (header.chomp === 'clip') out += pending;
  else if (header.chomp === 'keep') out += pending + '\n'.repeat(blanks);
  return header.folded && cursor.rules === 'kustomize' ? writtenAnew(out) : out;
}

const notInBlocks = / \n|[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]/;

/**
 * A folded scalar after kyaml has written and read it again: go-yaml v3 puts one line break too many before
 * the first line of a run of indented ones, and behind trailing breaks that are kept.
 */
function writtenAnew(text: string): string {
  if (notInBlocks.test(text)) return text;
  const spread = text.replace(/(^|\n)([^ \t\n][^\n]*)(\n+)(?=[ \t])/g, '$1$2$3\n');
  return text.endsWith('\n\n') ? `${spread}\n` : spread;
}

function readHeader(cursor: Cursor): Header {
  const header: Header = { folded: cursor.peek() === 0x3e, chomp: 'clip', indent: 0 };
  cursor.pos++;
  for (let i = 0; i < 2; i++) {
    const code = cursor.peek();
    if (code === 0x2b) header.chomp = 'keep';
    else if (code === 0x2d) header.chomp = 'strip';
    else if (code > 0x30 && code <= 0x39) header.indent = code - 0x30;
    else if (code === 0x30) cursor.fail('the indentation of a block scalar cannot be 0');
    else break;
    cursor.pos++;
  }
  cursor.skipSpaces();
  if (cursor.peek() === 0x23) cursor.skipComment();
  if (cursor.pos < cursor.end) {
    if (!atBreak(cursor)) cursor.fail('a block scalar starts on the line after its | or >');
    cursor.newline();
  }
  return header;
}

function atBreak(cursor: Cursor): boolean {
  const code = cursor.peek();
  return code === LF || code === CR;
}

/** Steps over lines of nothing but indentation, and to the indentation of the next line. */
function emptyLines(cursor: Cursor, indent: number): { count: number; widest: number } {
  let count = 0;
  let widest = 0;
  for (;;) {
    while ((indent === 0 || cursor.column < indent) && cursor.peek() === SPACE) cursor.pos++;
    widest = Math.max(widest, cursor.column);
    if ((indent === 0 || cursor.column < indent) && cursor.peek() === TAB) {
      cursor.fail('a tab cannot indent a line of a block scalar: use spaces');
    }
    if (!atBreak(cursor)) return { count, widest };
    cursor.newline();
    count++;
  }
}

function readLine(cursor: Cursor): string {
  const { text } = cursor;
  let at = text.indexOf('\n', cursor.pos);
  if (at < 0) at = cursor.end;
  const line = text.slice(cursor.pos, at);
  // Only within the line: the next one of these may be at the end of a long text, or nowhere.
  const lone = line.indexOf('\r');
  if (lone >= 0) at = cursor.pos + lone;
  cursor.pos = at;
  return lone < 0 ? line : line.slice(0, lone);
}
