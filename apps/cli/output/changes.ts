import type { Change, Json } from '@millrace/json';
import { stringify } from '@millrace/yaml';

/** Changes for the eye, each under its path: what is short on one line, the rest as the lines of YAML that go and come. */
export function formatChanges(changes: readonly Change[], indent: string): string {
  return changes
    .map(({ path, before, after }) => {
      if (isShort(before) && isShort(after)) return `${indent}${path}: ${shown(before)} → ${shown(after)}\n`;
      const lines = linesBetween(linesOf(before), linesOf(after));
      return `${indent}${path}\n${lines.map(line => `${indent}  ${line}\n`).join('')}`;
    })
    .join('');
}

function isShort(value: Json | undefined): value is string | number | boolean | null {
  if (value === undefined || (typeof value === 'object' && value !== null)) return false;
  return typeof value !== 'string' || !value.includes('\n');
}

const shown = (value: string | number | boolean | null) => JSON.stringify(value);

function linesOf(value: Json | undefined): string[] {
  if (value === undefined) return [];
  const text = typeof value === 'string' ? value : stringify(value);
  return text.replace(/\n$/, '').split('\n');
}

/** Unchanged lines that are shown around changed ones. */
const context = 2;

/** Lines of each text that are compared; what is longer is shown as a whole. */
const mostLines = 2000;

/** The lines of two texts: `- ` gone, `+ ` new, and two blanks before those around them. */
export function linesBetween(a: readonly string[], b: readonly string[]): string[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const middle = edits(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const all = [
    ...a.slice(0, start).map(line => `  ${line}`),
    ...middle,
    ...a.slice(a.length - end, a.length).map(line => `  ${line}`),
  ];
  const changed = all.map(line => !line.startsWith('  '));
  const isNear = (i: number) => changed.slice(Math.max(0, i - context), i + context + 1).some(Boolean);
  const shown: string[] = [];
  for (const [i, line] of all.entries()) {
    if (isNear(i)) shown.push(line);
    else if (shown.at(-1) !== '  …') shown.push('  …');
  }
  return shown;
}

/** The fewest lines that go and come (longest common subsequence). */
function edits(a: string[], b: string[]): string[] {
  if (a.length > mostLines || b.length > mostLines)
    return [...a.map(line => `- ${line}`), ...b.map(line => `+ ${line}`)];
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(`  ${a[i]}`);
      [i, j] = [i + 1, j + 1];
    } else if (j >= b.length || (i < a.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!))
      lines.push(`- ${a[i++]}`);
    else lines.push(`+ ${b[j++]}`);
  }
  return lines;
}
