import { needsQuotes, type Place, printFloat, writeString } from '@millrace/yaml';
import { Branch, Comment, type Entry, List, Timestamp, type Value } from '../tree.ts';

/** By how much SOPS indents. Lists stand below the level of their key. */
const unit = 4;

/** What is in an item stands behind its dash, whatever the indentation is. */
const dash = 2;

/** Documents as SOPS prints them, by go-yaml v3: nothing is folded, and comments stand before what they are about. */
export function writeYaml(documents: readonly Branch[]): string {
  return documents.map(document => writeDocument(document)).join('---\n');
}

function writeDocument(document: Branch): string {
  const writer = new Writer();
  if (document.pairs.length === 0) return [...headOf(document.entries, 0), '{}\n'].join('');
  writer.branch(document, 0, false);
  return writer.text();
}

class Writer {
  readonly #out: string[] = [];
  #pending: readonly Comment[] = [];

  text(): string {
    return this.#out.join('');
  }

  /** `begun`: the first line has its indentation and its dash already. */
  branch(branch: Branch, indent: number, begun: boolean): void {
    let { head, inline } = noComments();
    let first = begun;
    for (const entry of branch.entries) {
      if (entry instanceof Comment) {
        (entry.inline ? inline : head).push(entry);
        continue;
      }
      if (!first) this.#head(head, indent);
      if (!first) this.#out.push(' '.repeat(indent));
      if (isSimple(entry.key)) this.#entry(entry, indent, inline);
      else this.#complexEntry(entry, indent, inline);
      ({ head, inline } = noComments());
      first = false;
    }
    this.#head([...head, ...inline], indent);
  }

  #entry({ key, value }: Entry, indent: number, inline: Comment[]): void {
    const name = writeText(key, { ...placeAt(indent, indent), key: true });
    this.#out.push(name, ':');
    const deeper = indent + unit - (indent % unit);
    if (isBlock(value)) this.#out.push(lineEnd(inline), '\n');
    else this.#out.push(' ');
    if (!this.#block(value, deeper, false)) this.#scalar(value, indent, indent + name.length + 2, inline);
  }

  /** A key that is long or has line breaks stands on lines of its own. */
  #complexEntry({ key, value }: Entry, indent: number, inline: Comment[]): void {
    this.#out.push('? ', writeText(key, placeAt(indent, indent + 2)), '\n', ' '.repeat(indent), ':');
    const deeper = indent + unit - (indent % unit);
    this.#out.push(' '.repeat(isBlock(value) ? deeper - indent - 1 : 1));
    if (!this.#block(value, deeper, true)) this.#scalar(value, indent, indent + 2, inline);
  }

  /** False for what stands on the line of its key or dash. */
  #block(value: Value, indent: number, begun: boolean): boolean {
    if (!isBlock(value)) return false;
    if (value instanceof Branch) this.branch(value, indent, begun);
    else this.#list(value, indent, begun);
    return true;
  }

  #list(list: List, indent: number, begun: boolean): void {
    let { head, inline } = noComments();
    let first = begun;
    for (const item of list.items) {
      if (item instanceof Comment) {
        (item.inline ? inline : head).push(item);
        continue;
      }
      // What is about the first thing in an item stands before its dash.
      if (!first) this.#head([...head, ...headComments(item)], indent);
      this.#out.push(first ? '- ' : `${' '.repeat(indent)}- `);
      if (!this.#block(item, indent + dash, true)) this.#scalar(item, indent, indent + dash, inline, dash);
      ({ head, inline } = noComments());
      first = false;
    }
    this.#head([...head, ...inline], indent);
  }

  #scalar(value: Value, indent: number, column: number, inline: Comment[], step = unit): void {
    const text = writeScalar(value, { ...placeAt(indent, column), unit: step });
    const end = text.startsWith('|') ? text.indexOf('\n') : text.length;
    this.#out.push(text.slice(0, end), lineEnd(inline), text.slice(end), '\n');
    if (value instanceof Branch) this.#pending = leading(value.entries);
    if (value instanceof List) this.#pending = leading(value.items);
  }

  /** go-yaml writes the comments of an empty map or list before the next line, unless that has comments of its own. */
  #head(comments: readonly Comment[], indent: number): void {
    const all = comments.length === 0 ? this.#pending : comments;
    this.#pending = [];
    for (const comment of all) this.#out.push(headLines(comment, indent));
  }
}

function noComments(): { head: Comment[]; inline: Comment[] } {
  return { head: [], inline: [] };
}

/** The comments before the first entry of a map or item of a list, and of what that begins with. */
function headComments(value: Value): Comment[] {
  if (!isBlock(value)) return [];
  if (value instanceof Branch) return leading(value.entries);
  return [...leading(value.items), ...headComments(value.values[0]!)];
}

function leading(parts: readonly unknown[]): Comment[] {
  const end = parts.findIndex(part => !(part instanceof Comment));
  return (end < 0 ? parts : parts.slice(0, end))
    .filter(part => part instanceof Comment)
    .filter(({ inline }) => !inline);
}

function headOf(parts: readonly unknown[], indent: number): string[] {
  return parts.filter(part => part instanceof Comment).map(comment => headLines(comment, indent));
}

/** A comment of INI may have several lines. */
function headLines({ text }: Comment, indent: number): string {
  const [first, ...more] = text.split('\n');
  const lines = [`#${first}`, ...more.map(line => (line.startsWith('#') ? line : `# ${line}`))];
  return lines.map(line => `${' '.repeat(indent)}${line}\n`).join('');
}

function lineEnd(comments: readonly Comment[]): string {
  return comments.map(({ text }) => ` #${text}`).join('');
}

function placeAt(indent: number, column: number): Place {
  return { indent, column, key: false, width: Number.POSITIVE_INFINITY, unit, tabs: true };
}

/** A map or a list with something in it. */
function isBlock(value: Value): value is Branch | List {
  if (value instanceof Branch) return value.pairs.length > 0;
  return value instanceof List && value.values.length > 0;
}

/** What go-yaml takes for line breaks among them. */
const breaks = /[\n\r\u0085\u2028\u2029]/;
const longestKey = 128;

function isSimple(key: string): boolean {
  return !breaks.test(key) && Buffer.byteLength(key) <= longestKey;
}

function writeScalar(value: Value, place: Place): string {
  if (value instanceof Branch) return '{}';
  if (value instanceof List) return '[]';
  if (value instanceof Timestamp) return value.text;
  // go-yaml writes a text that is not UTF-8 as base64.
  if (value instanceof Uint8Array) return `!!binary ${Buffer.from(value).toString('base64')}`;
  if (typeof value === 'string') return writeText(value, place);
  return typeof value === 'number' ? printFloat(value) : String(value);
}

/** go-yaml gives what it would take for a merge key its tag. */
function writeText(text: string, place: Place): string {
  return text === '<<' ? '!!merge <<' : writeString(text, place, needsQuotes(text));
}
