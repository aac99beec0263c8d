/** A piece of a line with one look. */
export interface Span {
  text: string;
  /** Names of style: `bold`, `red`. */
  look: string[];
}

const colours = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const esc = '\x1b';

/**
 * A line of a terminal in pieces (ECMA-48, 8.3.117 SGR: bold, faint, italic, underlined, sixteen colours). Every other
 * sequence and control character is left out: a log is text, and moves no cursor and names no window.
 */
export function spansOf(line: string): Span[] {
  const spans: Span[] = [];
  let look = new Set<string>();
  let start = 0;
  const add = (end: number) => {
    const text = printable(line.slice(start, end));
    if (text !== '') spans.push({ text, look: [...look] });
  };
  for (let at = line.indexOf(esc); at >= 0; at = line.indexOf(esc, start)) {
    add(at);
    const end = endOf(line, at);
    if (line[at + 1] === '[' && line[end - 1] === 'm') look = changed(look, line.slice(at + 2, end - 1));
    start = end;
  }
  add(line.length);
  return spans;
}

/** What one reads of it. */
export function plainText(line: string): string {
  if (!hasControl(line)) return line;
  return spansOf(line)
    .map(({ text }) => text)
    .join('');
}

/** Where the sequence that begins here is over. */
function endOf(line: string, at: number): number {
  const kind = line[at + 1];
  let end = at + 2;
  if (kind === '[') {
    while (end < line.length && !isBetween(line, end, 0x40, 0x7e) && isBetween(line, end, 0x20, 0x3f)) end++;
    return isBetween(line, end, 0x40, 0x7e) ? end + 1 : end;
  }
  // Names, links and the like: up to their end (BEL, or ESC \), or that of the line.
  if (kind === ']' || kind === 'P' || kind === '_' || kind === '^') {
    while (end < line.length && line[end] !== '\x07' && line[end] !== esc) end++;
    if (line[end] === '\x07') return end + 1;
    return line[end + 1] === '\\' ? end + 2 : end;
  }
  return Math.min(end, line.length);
}

const isBetween = (line: string, at: number, from: number, to: number) =>
  line.charCodeAt(at) >= from && line.charCodeAt(at) <= to;

function changed(before: Set<string>, parameters: string): Set<string> {
  const look = new Set(before);
  const codes = parameters.split(/[;:]/).map(Number);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === 0) look.clear();
    else if (code === 1) look.add('bold');
    else if (code === 2) look.add('faint');
    else if (code === 3) look.add('italic');
    else if (code === 4) look.add('underline');
    else if (code === 22) for (const one of ['bold', 'faint']) look.delete(one);
    else if (code === 23) look.delete('italic');
    else if (code === 24) look.delete('underline');
    else if (code === 39) dropColour(look);
    // Colours of a larger palette: their numbers are no codes.
    else if (code === 38 || code === 48) i += codes[i + 1] === 5 ? 2 : codes[i + 1] === 2 ? 4 : 0;
    else {
      const colour = colours[code >= 90 ? code - 90 : code - 30];
      if (colour && code < 98) {
        dropColour(look);
        look.add(colour);
      }
    }
  }
  return look;
}

function dropColour(look: Set<string>): void {
  for (const colour of colours) look.delete(colour);
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isControl(text.charCodeAt(i))) return true;
  return false;
}

/** C0 but for the tab, DEL, C1; and what turns the direction of text, which hides what is written. */
function isControl(code: number): boolean {
  if (code < 0x20) return code !== 0x09;
  if (code >= 0x7f && code < 0xa0) return true;
  return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

function printable(text: string): string {
  if (!hasControl(text)) return text;
  let kept = '';
  for (let i = 0; i < text.length; i++) if (!isControl(text.charCodeAt(i))) kept += text[i];
  return kept;
}
