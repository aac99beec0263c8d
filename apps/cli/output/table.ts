import { displayWidth } from './display-width.ts';

/**
 * A table as Flux prints it: headings in capitals, every cell padded to its column and ended by a tab, a cell of
 * several lines spread over as many. `cut -f` and `awk -F'\t'` work on it, which is why the tabs stay.
 *
 * `widths` are minimums; see `widthsOf`.
 */
export function formatTable(
  headings: readonly string[],
  rows: Row[],
  widths: readonly number[] = [],
): string {
  const wide = widest(widthsOf(headings, rows), widths);
  const body = rows.map(row => formatRow(row, wide)).join('');
  return headings.length === 0 ? body : formatHeadings(headings, wide) + body;
}

export type Row = readonly string[];

/** How wide each column must be, in terminal cells. */
export function widthsOf(headings: readonly string[], rows: Row[]): number[] {
  return [headings, ...rows].map(row => row.map(widthOf)).reduce(widest, []);
}

export function widest(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => Math.max(a[i] ?? 0, b[i] ?? 0));
}

function widthOf(cell: string): number {
  return Math.max(0, ...linesOf(cell).map(displayWidth));
}

/** A line break at the end begins another line, as for tablewriter. */
function linesOf(cell: string): string[] {
  return cell === '' ? [] : cell.split(/\r?\n/);
}

/** The last heading ends with a space where the others end with a tab: tablewriter 0.0.5, which Flux uses. */
function formatHeadings(headings: readonly string[], widths: number[]): string {
  const last = headings.length - 1;
  const cells = headings.map(
    (heading, i) => pad(heading.toUpperCase(), widths[i] ?? 0) + (i === last ? ' ' : '\t'),
  );
  return `${cells.join('')}\n`;
}

function formatRow(row: Row, widths: number[]): string {
  const cells = row.map(linesOf);
  const height = Math.max(1, ...cells.map(lines => lines.length));
  // Where a cell has fewer lines than its row, tablewriter leaves two spaces.
  const line = (i: number) => cells.map((lines, column) => `${pad(lines[i] ?? '  ', widths[column] ?? 0)}\t`);
  return Array.from({ length: height }, (_, i) => `${line(i).join('')}\n`).join('');
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}
