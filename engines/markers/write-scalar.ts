import { needsQuotes, type PlacedScalar } from '@millrace/yaml';

/** Plain text that means the same within [] and {}, and outside: words with single signs between them. */
const plainEverywhere = /^[\w/][\w/.+-]*(?:[:@][\w/.+-]+)*$/;

/**
 * A value in the place of a scalar, in its style. What stands plain and would be read as something else than a text is
 * quoted, as upstream does it (kyaml, FormatNonStringStyle). @param value one line of visible characters
 */
export function rewritten(text: string, { start, end }: PlacedScalar, value: string): string {
  switch (text[start]) {
    case "'":
      return `'${value.replaceAll("'", "''")}'`;
    case '"':
      return doubleQuoted(value);
    case '|':
    case '>':
      return block(text, start, end, value);
    default:
      return plainEverywhere.test(value) && !needsQuotes(value) ? value : doubleQuoted(value);
  }
}

/** Of visible characters only two mean something between double quotes. */
const doubleQuoted = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`;

/** The one line of a block scalar, which says that no line break is part of the value. */
function block(text: string, start: number, end: number, value: string): string {
  const lines = text.slice(start, end).split('\n');
  const [header = '', ...content] = lines;
  const [, style = '|', hints = '', rest = ''] = /^([|>])([-+1-9]{0,2})(.*)$/s.exec(header) ?? [];
  const last = content.findLastIndex(line => line.trim() !== '');
  const ending = header.endsWith('\r') ? '\r' : '';
  const first = content.find(line => line.trim() !== '');
  const pad = first === undefined ? emptyPad(text, start) : /^ */.exec(first)![0];
  const after = last < 0 ? content : content.slice(last + 1);
  const break_ = last >= 0 && !content[last]!.endsWith('\r') ? '' : ending;
  const line = `${pad}${value}${break_}`;
  return [`${style}${hints.replace(/[-+]/, '')}-${rest}`, line, ...after].join('\n');
}

/** A block scalar without content: its line would be two deeper than the line that it starts on. */
function emptyPad(text: string, start: number): string {
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const [, indent = ''] = /^((?: |- )*)/.exec(line) ?? [];
  return ' '.repeat(indent.length + 2);
}
