import type { PlacedComment, PlacedScalar, Places } from '@millrace/yaml';
import { countBefore } from './count-before.ts';

/**
 * The scalar that a comment belongs to, as go-yaml v3 attaches comments and kyaml reads them: a comment behind a value
 * on its line, or, where the value has none, one comment that stands alone above an item of a list or above a value on a
 * line of its own. A comment above a key is the key's, one behind a bracket the collection's. Undefined where it
 * belongs to none.
 * @param index the number of the comment among all
 */
export function targetOf(text: string, places: Places, index: number): PlacedScalar | undefined {
  const { scalars, comments } = places;
  const comment = comments[index]!;
  const after = countBefore(scalars, comment.start, ({ start }) => start);
  const before = scalars[after - 1];
  if (before && isBehind(text, before, comment)) return before;
  const next = scalars[after];
  return next && isAbove(text, places, index, after) ? next : undefined;
}

function isBehind(text: string, scalar: PlacedScalar, comment: PlacedComment): boolean {
  // Of a block of text it is the comment in the line of | or >.
  if (/[|>]/.test(text[scalar.start]!)) return !text.slice(scalar.start, comment.start).includes('\n');
  const between = text.slice(scalar.end, comment.start);
  return (scalar.inFlow ? /^[ \t]*(?:,[ \t]*)?$/ : /^[ \t]*$/).test(between);
}

/** What may stand between a comment and the scalar under it: the dash of its item, and tag and anchor. */
const lead = /^(?:-(?:\s+|$)|,\s*)?(?:[&!]\S*(?:\s+|$)){0,2}$/;

function isAbove(text: string, places: Places, index: number, number: number): boolean {
  const { scalars, comments } = places;
  const comment = comments[index]!;
  const scalar = scalars[number]!;
  const following = comments[index + 1];
  if (following && (following.start < scalar.start || isBehind(text, scalar, following))) return false;
  const between = text.slice(comment.end, scalar.start);
  if (!lead.test(between.trim())) return false;
  const inline = isInline(text, comment);
  if (inline && !isOfNext(lineBefore(text, comment.start), scalar.inFlow)) return false;
  const place = placeOf(text, comments, index);
  if (place !== 'under another' || inline) return place !== 'crowded';
  const dash = /^\s*-/.exec(between);
  return !dash || !isOfItemBefore(text, places, comment, comment.end + dash[0].length - 1);
}

/** Behind a dash, a tag, an anchor or, in flow style, a colon, it is the comment of what follows. */
const isOfNext = (line: string, inFlow: boolean) =>
  /(?:^|[ \t])(?:-|[&!]\S*)[ \t]*$/.test(line) || (inFlow && line.trimEnd().endsWith(':'));

const isInline = (text: string, { start, column }: PlacedComment) =>
  text.slice(start - column, start).trim() !== '';

const endsInDash = (text: string, at: number) => /(?:^|[ \t])-[ \t]*$/.test(lineBefore(text, at));

const lineBefore = (text: string, at: number) => text.slice(text.lastIndexOf('\n', at - 1) + 1, at);

/**
 * Where a comment stands: first in what begins above it, under another value, or crowded, where another comment belongs
 * to the value too or it belongs to what stands above: comments right below a value, with a blank line behind them, are
 * its foot.
 */
function placeOf(
  text: string,
  comments: readonly PlacedComment[],
  index: number,
): 'first' | 'under another' | 'crowded' {
  const gap = (i: number) => text.slice(comments[i - 1]?.end ?? 0, comments[i]!.start);
  const joins = (i: number, between: RegExp) => i > 0 && between.test(gap(i).trim());
  let top = index;
  while (joins(top, /^-?$/) && !isInline(text, comments[top - 1]!)) top--;
  const beside = joins(top, /^$/) ? comments[top - 1]! : undefined;
  if (beside && endsInDash(text, beside.start)) return 'crowded';
  const above = text.slice(0, beside?.start ?? comments[top]!.start).trimEnd();
  const isFollowed = blankLines(spaceBehind(text, comments[index]!.end)) === 0;
  // Behind a dash, a blank line parts a comment from the value.
  if (opensMore(above)) return top === index && (isFollowed || !above.endsWith('-')) ? 'first' : 'crowded';
  const touches = blankLines(beside ? gap(top) : text.slice(above.length, comments[top]!.start)) === 0;
  if (top === index) return touches && !isFollowed ? 'crowded' : 'under another';
  for (let i = top + 1; i < index; i++) if (blankLines(gap(i)) > 0) return 'crowded';
  return touches && blankLines(gap(index)) > 0 ? 'under another' : 'crowded';
}

/** What was read so far ends where something begins: nothing above can have a foot. */
const opensMore = (above: string) => above === '' || /(?:[:,[{]|(?:^|\s)-)$/.test(above.slice(-2));

const blankLines = (space: string) => Math.max(space.split('\n').length - 2, 0);

const spaceBehind = (text: string, at: number) => /\s*/y.exec(text.slice(at))![0];

/** Not in the column of the dash under it, behind an item that holds more than a scalar, it is a comment within that item. */
function isOfItemBefore(
  text: string,
  { scalars, comments }: Places,
  comment: PlacedComment,
  dash: number,
): boolean {
  const column = lineBefore(text, dash).length;
  const before = scalars[countBefore(scalars, comment.start, ({ start }) => start) - 1];
  return comment.column !== column && before !== undefined && !isItem(text, comments, before, column);
}

/** The scalar is an item of a list whose dashes stand in a column. */
function isItem(
  text: string,
  comments: readonly PlacedComment[],
  scalar: PlacedScalar,
  column: number,
): boolean {
  let above = text.slice(0, scalar.start);
  for (let i = countBefore(comments, scalar.start, ({ start }) => start) - 1; ; i--) {
    above = withoutProperties(above.trimEnd());
    if (i < 0 || comments[i]!.end < above.length) break;
    above = above.slice(0, comments[i]!.start);
  }
  return above.endsWith('-') && lineBefore(above, above.length - 1).length === column;
}

/** Without tag and anchor at its end. */
function withoutProperties(above: string): string {
  const word = above.slice(Math.max(above.lastIndexOf(' '), above.lastIndexOf('\n')) + 1);
  return /^[&!]/.test(word) ? withoutProperties(above.slice(0, -word.length).trimEnd()) : above;
}
