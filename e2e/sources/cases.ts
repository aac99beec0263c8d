import { readFileSync } from 'node:fs';

/** A test in a file of tests: a part of its title, or the first word of its row in a table of theirs. */
export type Case = readonly [file: string, title: string];

/** The lines that say what a case is, with all that they name of their file. Undefined where there is no such case. */
export function textOf([file, title]: Case): string | undefined {
  const lines = linesOf(file);
  const at = lines.findIndex(line => isCase.test(line) && firstQuoted(line).includes(title));
  if (at < 0) return undefined;
  const declared = declarationsIn(lines);
  const said = new Set<string>();
  let text = '';
  const take = (block: string) => {
    text += block;
    for (const [name = ''] of block.matchAll(/\w+/g)) {
      const more = declared.get(name);
      if (more === undefined || said.has(name)) continue;
      said.add(name);
      take(more);
    }
  };
  take(withTable(lines, at));
  return text;
}

const files = new Map<string, string[]>();

function linesOf(file: string): string[] {
  const known = files.get(file);
  if (known) return known;
  const lines = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8').split('\n');
  files.set(file, lines);
  return lines;
}

const isCase = /^\s*(?:test\(|\]\)\(|\('|\[?'|test\.each)/;

function firstQuoted(line: string): string {
  const [, single, double] = /'([^']*)'|"([^"]*)"/.exec(line) ?? [];
  return single ?? double ?? '';
}

/** A test of a table with its rows, and a row with its test. */
function withTable(lines: string[], at: number): string {
  const own = blockAt(lines, at);
  const depth = indentOf(lines[at] ?? '');
  const table = lines.findLastIndex(
    (line, i) => i < at && /^\s*test\.each/.test(line) && indentOf(line) <= depth,
  );
  const end = lines.findIndex(
    (line, i) => i > table && /^\s*(?:\]\)|\))/.test(line) && indentOf(line) === indentOf(lines[table] ?? ''),
  );
  if (table < 0 || end < at) return own;
  return at === end ? `${blockAt(lines, table)}${own}` : `${own}${blockAt(lines, end)}`;
}

function declarationsIn(lines: string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const [at, line] of lines.entries()) {
    const name = /^\s*(?:const|function|async function) (\w+)\b/.exec(line)?.[1];
    if (name) found.set(name, `${found.get(name) ?? ''}${blockAt(lines, at)}`);
  }
  return found;
}

/** A line, and those that the formatter has put below it: for a title on a line of its own, those beside it. */
function blockAt(lines: string[], at: number): string {
  const first = lines[at] ?? '';
  const depth = indentOf(first);
  const isTitle = /^\s*'/.test(first);
  const end = lines.findIndex((line, i) => {
    if (i <= at || line === '') return false;
    return isTitle ? indentOf(line) < depth : indentOf(line) <= depth;
  });
  return `${lines.slice(at, end < 0 ? undefined : end).join('\n')}\n`;
}

const indentOf = (line: string) => line.length - line.trimStart().length;
