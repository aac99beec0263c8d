import type { DiffLine } from '@millrace/line-diff';

/** Lines that stand beside each other: the same one, or one that goes and the one that comes in its place. */
export interface Pair {
  before?: DiffLine;
  after?: DiffLine;
}

/** A piece of a line, and whether the other line has another in its place. */
export interface Part {
  text: string;
  isOther: boolean;
}

/** Unchanged lines that are shown around changed ones; fewer than `least` are not worth a fold. */
const context = 3;
const least = 3;

export type Fold = { lines: DiffLine[] } | { hidden: number };

/** Blocks of lines, and between them how many that stay are left out. */
export function folded(lines: readonly DiffLine[], whole: boolean): Fold[] {
  const near = nearChanges(lines);
  const folds: Fold[] = [];
  for (let at = 0; at < lines.length; ) {
    let end = at;
    while (end < lines.length && near[end] === near[at]) end++;
    const isHidden = !whole && !near[at] && end - at >= least;
    const last = folds.at(-1);
    if (isHidden) folds.push({ hidden: end - at });
    else if (last && 'lines' in last) last.lines.push(...lines.slice(at, end));
    else folds.push({ lines: lines.slice(at, end) });
    at = end;
  }
  return folds;
}

function nearChanges(lines: readonly DiffLine[]): boolean[] {
  const near = lines.map(() => false);
  let since = context + 1;
  const mark = (i: number) => {
    since = lines[i]!.mark === ' ' ? since + 1 : 0;
    if (since <= context) near[i] = true;
  };
  for (let i = 0; i < lines.length; i++) mark(i);
  since = context + 1;
  for (let i = lines.length - 1; i >= 0; i--) mark(i);
  return near;
}

/** What goes beside what comes, in their order. */
export function pairsOf(lines: readonly DiffLine[]): Pair[] {
  const pairs: Pair[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!;
    if (line.mark === ' ') {
      pairs.push({ before: line, after: line });
      at++;
      continue;
    }
    const end = endOfChange(lines, at);
    const gone = lines.slice(at, end).filter(({ mark }) => mark === '-');
    const come = lines.slice(at, end).filter(({ mark }) => mark === '+');
    for (let i = 0; i < Math.max(gone.length, come.length); i++)
      pairs.push({ ...(gone[i] ? { before: gone[i]! } : {}), ...(come[i] ? { after: come[i]! } : {}) });
    at = end;
  }
  return pairs;
}

function endOfChange(lines: readonly DiffLine[], start: number): number {
  let end = start;
  while (end < lines.length && lines[end]!.mark !== ' ') end++;
  return end;
}

/** A line in pieces: what both lines begin and end with, and what is other between. */
export function partsOf({ before, after }: Pair, side: 'before' | 'after'): Part[] {
  const own = (side === 'before' ? before : after)?.text ?? '';
  const other = (side === 'before' ? after : before)?.text;
  if (other === undefined || own === other) return [{ text: own, isOther: false }];
  const shorter = Math.min(own.length, other.length);
  let start = 0;
  while (start < shorter && own[start] === other[start]) start++;
  let end = 0;
  while (end < shorter - start && own.at(-1 - end) === other.at(-1 - end)) end++;
  return [
    { text: own.slice(0, start), isOther: false },
    { text: own.slice(start, own.length - end), isOther: true },
    { text: own.slice(own.length - end), isOther: false },
  ].filter(({ text }) => text !== '');
}
