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
  // In the line of | or >.
  if (comment.start < scalar.end) return !text.slice(scalar.start, comment.start).includes('\n');
  const between = text.slice(scalar.end, comment.start);
  return (scalar.inFlow ? /^[ \t]*(?:,[ \t]*)?$/ : /^[ \t]*$/).test(between);
}

/** What may stand between a comment and the scalar under it: the dash of its item, and tag and anchor. */
const lead = /^(?:-(?:\s+|$)|,\s*)?(?:[&!]\S*(?:\s+|$)){0,2}$/;

function isAbove(text: string, { scalars, comments }: Places, index: number, number: number): boolean {
  const comment = comments[index]!;
  const scalar = scalars[number]!;
  const following = comments[index + 1];
  if (following && (following.start < scalar.start || isBehind(text, scalar, following))) return false;
  const between = text.slice(comment.end, scalar.start);
  if (!lead.test(between.trim())) return false;
  if (isInline(text, comment)) return isOfNext(lineBefore(text, comment.start), scalar.inFlow);
  if (!standsAlone(text, comments, index)) return false;
  const dash = /^\s*-/.exec(between);
  return !dash || !isOfItemBefore(text, comment, comment.end + dash[0].length - 1, scalars[number - 1]);
}

/** Behind a dash, a tag, an anchor or, in flow style, a colon, it is the comment of what follows. */
const isOfNext = (line: string, inFlow: boolean) =>
  /(?:^|[ \t])(?:-|[&!]\S*)[ \t]*$/.test(line) || (inFlow && line.trimEnd().endsWith(':'));

const isInline = (text: string, { start, column }: PlacedComment) =>
  text.slice(start - column, start).trim() !== '';

const endsInDash = (text: string, at: number) => /(?:^|[ \t])-[ \t]*$/.test(lineBefore(text, at));

const lineBefore = (text: string, at: number) => text.slice(text.lastIndexOf('\n', at - 1) + 1, at);

/**
 * No other comment belongs to the value too, and this one does not belong to what stands above it: comments right below
 * a value, with a blank line behind them, are its foot.
 */
function standsAlone(text: string, comments: readonly PlacedComment[], index: number): boolean {
  const gap = (i: number) => text.slice(comments[i - 1]?.end ?? 0, comments[i]!.start);
  const joins = (i: number) => i > 0 && gap(i).trim() === '';
  let top = index;
  while (joins(top) && !isInline(text, comments[top - 1]!)) top--;
  const beside = joins(top) ? comments[top - 1]! : undefined;
  if (beside && endsInDash(text, beside.start)) return false;
  const above = text.slice(0, beside?.start ?? comments[top]!.start).trimEnd();
  if (opensMore(above)) return top === index;
  const touches = blankLines(beside ? gap(top) : text.slice(above.length, comments[top]!.start)) === 0;
  if (top === index) return !touches || blankLines(spaceBehind(text, comments[index]!.end)) === 0;
  for (let i = top + 1; i < index; i++) if (blankLines(gap(i)) > 0) return false;
  return touches && blankLines(gap(index)) > 0;
}

/** What was read so far ends where something begins: nothing above can have a foot. */
const opensMore = (above: string) => above === '' || /(?:[:,[{]|(?:^|\s)-)$/.test(above.slice(-2));

const blankLines = (space: string) => Math.max(space.split('\n').length - 2, 0);

const spaceBehind = (text: string, at: number) => /\s*/y.exec(text.slice(at))![0];

/** Deeper than the dash under it, behind an item that holds more than a scalar, it is a comment within that item. */
function isOfItemBefore(
  text: string,
  comment: PlacedComment,
  dash: number,
  before: PlacedScalar | undefined,
): boolean {
  const column = lineBefore(text, dash).length;
  if (comment.column <= column || !before) return false;
  const lead = lineBefore(text, before.start);
  return !/^[ ]*-[ \t]+$/.test(lead) || lead.indexOf('-') !== column;
}
