import { needsQuotes, type Place, printFloat, writeString } from '@millrace/yaml';
import { Branch, Comment, List, Timestamp, type Value } from '../tree.ts';

/** By how much SOPS indents. Lists stand below the level of their key. */
const unit = 4;

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
      const name = writeKey(entry.key, indent);
      this.#out.push(name, ':');
      this.#value(entry.value, indent, indent + name.length + 2, inline);
      ({ head, inline } = noComments());
      first = false;
    }
    this.#head([...head, ...inline], indent);
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
      this.#item(item, indent, inline);
      ({ head, inline } = noComments());
      first = false;
    }
    this.#head([...head, ...inline], indent);
  }

  #item(item: Value, indent: number, inline: Comment[]): void {
    if (item instanceof Branch && item.pairs.length > 0) this.branch(item, indent + 2, true);
    else if (item instanceof List && item.values.length > 0) this.#list(item, indent + 2, true);
    else this.#scalar(item, indent, indent + 2, inline);
  }

  /** What stands behind a colon. */
  #value(value: Value, indent: number, column: number, inline: Comment[]): void {
    const deeper = indent + unit - (indent % unit);
    if (value instanceof Branch && value.pairs.length > 0) {
      this.#out.push(lineEnd(inline), '\n');
      this.branch(value, deeper, false);
    } else if (value instanceof List && value.values.length > 0) {
      this.#out.push(lineEnd(inline), '\n');
      this.#list(value, deeper, false);
    } else {
      this.#out.push(' ');
      this.#scalar(value, indent, column, inline);
    }
  }

  #scalar(value: Value, indent: number, column: number, inline: Comment[]): void {
    const text = writeScalar(value, { indent, column, key: false, width: Number.POSITIVE_INFINITY, unit });
    const end = text.startsWith('|') ? text.indexOf('\n') : text.length;
    this.#out.push(text.slice(0, end), lineEnd(inline), text.slice(end), '\n');
  }

  #head(comments: readonly Comment[], indent: number): void {
    for (const comment of comments) this.#out.push(...headLines(comment, indent));
  }
}

function noComments(): { head: Comment[]; inline: Comment[] } {
  return { head: [], inline: [] };
}

/** The comments before the first entry of a map or item of a list, and of what that begins with. */
function headComments(value: Value): Comment[] {
  if (value instanceof Branch && value.pairs.length > 0) return leading(value.entries);
  if (!(value instanceof List) || value.values.length === 0) return [];
  return [...leading(value.items), ...headComments(value.values[0]!)];
}

function leading(parts: readonly unknown[]): Comment[] {
  const end = parts.findIndex(part => !(part instanceof Comment));
  return parts
    .slice(0, end)
    .filter(part => part instanceof Comment)
    .filter(({ inline }) => !inline);
}

function headOf(parts: readonly unknown[], indent: number): string[] {
  return parts.filter(part => part instanceof Comment).flatMap(comment => headLines(comment, indent));
}

/** A comment of INI may have several lines. */
function headLines({ text }: Comment, indent: number): string[] {
  const [first, ...more] = text.split('\n');
  const lines = [`#${first}`, ...more.map(line => (line.startsWith('#') ? line : `# ${line}`))];
  return lines.map(line => `${' '.repeat(indent)}${line}\n`);
}

function lineEnd(comments: readonly Comment[]): string {
  return comments.map(({ text }) => ` #${text}`).join('');
}

function writeKey(key: string, indent: number): string {
  const place = { column: indent, indent, key: true, width: Number.POSITIVE_INFINITY, unit };
  return writeText(key, place);
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
