/** Where a scalar starts, the indentation of the collection that holds it, and whether it is a key. */
export interface Place {
  column: number;
  indent: number;
  key: boolean;
  /** The column beyond which lines are folded. */
  width: number;
  /** The indentation of one level, 2 unless it is said. */
  unit?: number;
  /** Whether tabs may stand in a block, as go-yaml v3 has it, or are always escaped, as v2 has it. */
  tabs?: boolean;
}

const plainAndShort = /^[A-Za-z0-9_/][\w./-]{0,60}$/;
// What libyaml's emitter prints as it is: no control characters (tab included), nothing beyond U+FFFD. The
// Unicode line breaks are escaped too: go-yaml prints them as they are and so loses them on reading.
const unprintable = /[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

/** A string in the style that go-yaml v2 picks for it. `quotes`: plain, it would be read as another type. */
export function writeString(text: string, place: Place, quotes: boolean): string {
  if (!quotes && plainAndShort.test(text)) return text;
  const can = allowedStyles(text, place.tabs === true);
  if (text.includes('\n')) {
    return can.block && !place.key ? literal(text, place) : doubleQuoted(text, place);
  }
  if (quotes) return doubleQuoted(text, place);
  if (can.plain) return plain(text, place);
  return can.single ? singleQuoted(text, place) : doubleQuoted(text, place);
}

interface Styles {
  plain: boolean;
  single: boolean;
  block: boolean;
}

/** The rules of libyaml's analysis of a scalar, in block context. */
function allowedStyles(text: string, tabs: boolean): Styles {
  if (text === '') return { plain: true, single: true, block: false };
  if (tabs && text.includes('\t')) {
    return { plain: false, single: false, block: allowedStyles(text.replaceAll('\t', '-'), false).block };
  }
  if (unprintable.test(text) || / \n/.test(text)) return { plain: false, single: false, block: false };
  const multiline = text.includes('\n');
  const afterBreak = /\n /.test(text);
  const edges = /^[ \n]|[ \n]$/.test(text);
  return {
    plain: !multiline && !edges && !hasIndicators(text),
    single: !afterBreak,
    block: !text.endsWith(' '),
  };
}

const leadingIndicator = /^(?:[#,[\]{}&*!|>'"%@`]|[?:-](?=[ \n\r\t]|$))/;
const innerIndicator = /.:(?:[ \n\r\t]|$)|[ \n\r\t]#/;

function hasIndicators(text: string): boolean {
  return (
    leadingIndicator.test(text) ||
    innerIndicator.test(text) ||
    text.startsWith('---') ||
    text.startsWith('...')
  );
}

/** Folds at the first single space beyond the width, as `mayFold` allows it. */
function folded(
  text: string,
  place: Place,
  piece: (char: string) => string,
  mayFold: (i: number) => boolean,
): string {
  if (place.key || place.column + text.length <= place.width) {
    let out = '';
    for (const char of text) out += piece(char);
    return out;
  }
  const pad = `\n${continuation(place)}`;
  let out = '';
  let column = place.column;
  let spaces = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === ' ' && !spaces && column > place.width && mayFold(i)) {
      out += pad;
      column = pad.length - 1;
    } else {
      const written = piece(char);
      out += written;
      column += written.length;
    }
    spaces = char === ' ';
  }
  return out;
}

function continuation(place: Place): string {
  return ' '.repeat(Math.max(place.indent, 0) + deeper(place));
}

/** By how much lines that go on are deeper than their map or list: they stand at a multiple of the indentation. */
function deeper({ indent, unit = 2 }: Place): number {
  return indent < 0 ? unit : unit - (indent % unit);
}

function plain(text: string, place: Place): string {
  if (place.column + text.length <= place.width || place.key) return text;
  return folded(
    text,
    place,
    char => char,
    i => text[i + 1] !== ' ',
  );
}

function singleQuoted(text: string, place: Place): string {
  const inner = { ...place, column: place.column + 1 };
  const last = text.length - 1;
  const body = folded(
    text,
    inner,
    char => (char === "'" ? "''" : char),
    i => i > 0 && i < last && text[i + 1] !== ' ',
  );
  return `'${body}'`;
}

const named: Record<string, string> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function escaped(char: string, always: boolean): string {
  const name = named[char];
  if (name !== undefined) return name;
  if (!always && !unprintable.test(char)) return char;
  const code = char.codePointAt(0)!;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

function doubleQuoted(text: string, place: Place): string {
  const pad = `\n${continuation(place)}`;
  const runes = Array.from(text);
  // go-yaml escapes every character of a string that starts with a byte order mark.
  const always = text.startsWith('\ufeff');
  let out = '"';
  let column = place.column + 1;
  let spaces = false;
  runes.forEach((char, i) => {
    if (
      char === ' ' &&
      !always &&
      !place.key &&
      !spaces &&
      column > place.width &&
      i > 0 &&
      i < runes.length - 1
    ) {
      // A space at the start of the next line would be lost: a backslash keeps it.
      const kept = runes[i + 1] === ' ' ? '\\' : '';
      out += pad + kept;
      column = pad.length - 1 + kept.length;
    } else {
      const written = escaped(char, always);
      out += written;
      column += written.length;
    }
    spaces = char === ' ';
  });
  return `${out}"`;
}

function literal(text: string, place: Place): string {
  const pad = continuation(place);
  const hint = /^[ \n]/.test(text) ? String(deeper(place)) : '';
  const chomp = text.endsWith('\n') ? (text === '\n' || text.endsWith('\n\n') ? '+' : '') : '-';
  const end = text.endsWith('\n') ? text.slice(0, -1) : text;
  const body = end
    .split('\n')
    .map(line => (line === '' ? '' : pad + line))
    .join('\n');
  return `|${hint}${chomp}\n${body}`;
}
