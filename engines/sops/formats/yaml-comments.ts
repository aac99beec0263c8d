import type { CommentNode, ListNode, MapNode, Node } from '@millrace/yaml';

/** An entry or item in the order of the text. */
interface Slot {
  at: number;
  /** What it stands in, and which of its entries or items it is. */
  within: MapNode | ListNode;
  index: number;
  /** The entry or item that holds what it stands in. */
  above: Slot | undefined;
  /** Its own map or list in block style, if it has something in it. */
  holds: boolean;
}

/** The comments of a map or list, by the entry before which they stand; those at the end by the number of entries. */
export type Placed = Map<MapNode | ListNode, Map<number, CommentNode[]>>;

/**
 * Comments below each other with nothing between them, in the column of the first or at least as deep as the entry
 * before them; or one behind a value.
 */
interface Run {
  comments: CommentNode[];
  column: number;
  inline: boolean;
  before: Slot | undefined;
  after: Slot | undefined;
  /** Nothing but the entry before it stands before it. */
  first: boolean;
}

/**
 * Says to which map or list each comment belongs, as go-yaml v3 tells it in texts that it has written itself. What
 * stands as deep as that which follows is about that. Otherwise the first comments after an entry end its map or list,
 * wherever they stand, and later ones one that is as deep as they are. The order of comments and entries, which decides
 * what a comment is about, is that of the text.
 */
export function placeComments(root: MapNode, comments: readonly CommentNode[]): Placed {
  const placed: Placed = new Map();
  const runs = toRuns(root, comments);
  runs.forEach((run, i) => {
    const next = runs[i + 1];
    const below =
      next !== undefined && next.after === run.after ? next.column : (run.after?.within.column ?? -1);
    const [within, index] = placeOf(run, below) ?? [root, root.entries.length];
    let ofNode = placed.get(within);
    if (ofNode === undefined) placed.set(within, (ofNode = new Map()));
    const known = ofNode.get(index);
    if (known === undefined) ofNode.set(index, run.comments);
    else for (const comment of run.comments) known.push(comment);
  });
  return placed;
}

function toRuns(root: MapNode, comments: readonly CommentNode[]): Run[] {
  const slots: Slot[] = [];
  if (comments.length > 0) collect(root, undefined, slots);
  const runs: Run[] = [];
  let next = 0;
  for (const comment of comments) {
    while (next < slots.length && slots[next]!.at < comment.at) next++;
    const { column, inline } = comment;
    const [before, after] = [slots[next - 1], slots[next]];
    const last = runs.at(-1);
    const goesOn = last !== undefined && last.before === before && !last.inline;
    const isDeep = column >= (before?.within.column ?? 0);
    if (goesOn && !inline && (column === last.column || isDeep)) last.comments.push(comment);
    else runs.push({ comments: [comment], column, inline, before, after, first: !goesOn });
  }
  return runs;
}

function collect(node: Node, above: Slot | undefined, slots: Slot[]): void {
  if (node.kind === 'scalar' || node.column < 0) return;
  const parts = node.kind === 'map' ? node.entries : node.items;
  parts.forEach(({ value, at }, index) => {
    const holds = value.kind !== 'scalar' && value.column >= 0;
    const slot = { at, within: node, index, above, holds };
    slots.push(slot);
    collect(value, slot, slots);
  });
}

type Spot = [within: MapNode | ListNode, index: number];

/** `below`: the column of what follows the comments, be it an entry or another comment. */
function placeOf({ column, inline, before, after, first }: Run, below: number): Spot | undefined {
  if (inline && before !== undefined) return inlinePlace(before, after);
  if (first && before !== undefined && below < before.within.column && below !== column)
    return [before.within, sizeOf(before.within)];
  const depth = after?.within.column ?? -1;
  for (let slot = before; slot !== undefined; slot = slot.above) {
    if (slot.within.column <= depth) break;
    if (slot.within.column <= column) return [slot.within, sizeOf(slot.within)];
  }
  return after && [after.within, after.index];
}

/** Behind a value, a comment is about that; behind the colon of a map, about its key; behind a dash, about what follows. */
function inlinePlace(before: Slot, after: Slot | undefined): Spot {
  if (before.holds && before.within.kind === 'list' && after !== undefined)
    return [after.within, after.index];
  return [before.within, before.index];
}

function sizeOf(node: MapNode | ListNode): number {
  return node.kind === 'map' ? node.entries.length : node.items.length;
}
