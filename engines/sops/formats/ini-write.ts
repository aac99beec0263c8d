import { Problem } from '../sops-error.ts';
import { Branch, Comment, type Value } from '../tree.ts';
import { defaultSection } from './ini-read.ts';
import { plainText } from './plain-text.ts';
import { trim } from './white-space.ts';

type Text = string | Uint8Array;

/**
 * An INI text as gopkg.in/ini.v1 prints it: the signs of a section below each other, an empty line between sections.
 * @throws Problem for what is no section, and for a map or list in one.
 */
export function writeIni(document: Branch): Uint8Array {
  const out: Text[] = [];
  const sections = document.pairs;
  sections.forEach(({ key, value }, i) => {
    if (!(value instanceof Branch))
      throw new Problem(
        'output',
        `Error encoding section: ${JSON.stringify(key)} is no map, and INI has only sections`,
      );
    const [first, ...rest] = value.entries;
    const entries = first instanceof Comment ? rest : value.entries;
    if (first instanceof Comment) out.push(commentLines(first.text));
    const isDefault = i === 0 && key.toUpperCase() === defaultSection;
    if (!isDefault) out.push(`[${key}]\n`);
    else if (value.pairs.length === 0) return;
    for (const part of section(entries)) out.push(part);
    if (i < sections.length - 1) out.push('\n');
  });
  return Buffer.concat(out.map(part => Buffer.from(part as string)));
}

interface Line {
  value: Text;
  comment: string;
}

function section(entries: Branch['entries']): Text[] {
  const lines = new Map<string, Line>();
  let last: Line | undefined;
  for (const entry of entries) {
    if (entry instanceof Comment) {
      if (last !== undefined) last.comment = entry.text;
    } else {
      last = { value: textOf(entry.key, entry.value), comment: '' };
      lines.set(entry.key, last);
    }
  }
  let width = 0;
  for (const key of lines.keys()) width = Math.max(width, alignedLength(key));
  return [...lines].flatMap(([key, { value, comment }]) => {
    const name = quotedName(key);
    const space = ' '.repeat(Math.max(0, width - Buffer.byteLength(name)));
    return [commentLines(comment), `${name}${space} = `, ...quotedValue(value), '\n'];
  });
}

function textOf(key: string, value: Value): Text {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  const text = plainText(value);
  if (text === undefined)
    throw new Problem(
      'output',
      `cannot use complex value in INI file: ${JSON.stringify(key)} is a map or a list`,
    );
  return text;
}

const hasSign = /["=:]/;

function quotedName(key: string): string {
  if (hasSign.test(key)) return `\`${key}\``;
  return key.includes('`') ? `"""${key}"""` : key;
}

function alignedLength(key: string): number {
  return Buffer.byteLength(quotedName(key));
}

function quotedValue(value: Text): Text[] {
  const text = typeof value === 'string' ? value : Buffer.from(value).toString('latin1');
  const quote = quoteFor(text);
  return [quote, value, quote];
}

function quoteFor(text: string): string {
  if (/[\n`]/.test(text)) return '"""';
  if (/[#;]/.test(text)) return '`';
  return trim(text) === text ? '' : '"';
}

function commentLines(comment: string): string {
  if (comment === '') return '';
  const lines = comment.split('\n').map(line => {
    const mark = /^[#;]/.test(line) ? line[0] : ';';
    const text = /^[#;]/.test(line) ? line.slice(1) : line;
    return `${mark} ${trim(text)}\n`;
  });
  return lines.join('');
}
