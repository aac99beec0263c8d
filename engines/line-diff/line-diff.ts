/** A line of two texts: gone, new, or of both. */
export interface DiffLine {
  mark: '-' | '+' | ' ';
  text: string;
}

/** Lines of each text that are compared; what is longer is shown as a whole. */
const mostLines = 2000;

/** Unchanged lines that are shown around changed ones. */
const context = 2;

/** All lines of two texts: the fewest that go and come, and those that stay. */
export function diffLines(a: readonly string[], b: readonly string[]): DiffLine[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return [
    ...a.slice(0, start).map(stays),
    ...edits(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(stays),
  ];
}

/** The lines of two texts: `- ` gone, `+ ` new, and two blanks before those around them; `…` for what is farther away. */
export function linesBetween(a: readonly string[], b: readonly string[]): string[] {
  const all = diffLines(a, b);
  const changed = all.map(({ mark }) => mark !== ' ');
  const isNear = (i: number) => changed.slice(Math.max(0, i - context), i + context + 1).some(Boolean);
  const shown: string[] = [];
  for (const [i, { mark, text }] of all.entries()) {
    if (isNear(i)) shown.push(`${mark} ${text}`);
    else if (shown.at(-1) !== '  …') shown.push('  …');
  }
  return shown;
}

const stays = (text: string): DiffLine => ({ mark: ' ', text });
const goes = (text: string): DiffLine => ({ mark: '-', text });
const comes = (text: string): DiffLine => ({ mark: '+', text });

/** The fewest lines that go and come (longest common subsequence). */
function edits(a: string[], b: string[]): DiffLine[] {
  if (a.length > mostLines || b.length > mostLines) return [...a.map(goes), ...b.map(comes)];
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(stays(a[i]!));
      [i, j] = [i + 1, j + 1];
    } else if (j >= b.length || (i < a.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!))
      lines.push(goes(a[i++]!));
    else lines.push(comes(b[j++]!));
  }
  return lines;
}
