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
 * Says to which map or list each comment belongs, as go-yaml v3 tells it in texts that it has written itself: a comment
 * that stands as deep as what follows, or less deep, is about that; a deeper one ends a map or list that is as deep as
 * it. The order of comments and entries, which decides what a comment is about, is that of the text.
 */
export function placeComments(root: MapNode, comments: readonly CommentNode[]): Placed {
  const slots: Slot[] = [];
  if (comments.length > 0) collect(root, undefined, slots);
  const placed: Placed = new Map();
  let next = 0;
  for (const comment of comments) {
    while (next < slots.length && slots[next]!.at < comment.at) next++;
    const [within, index] = placeOf(comment, slots[next - 1], slots[next]) ?? [root, root.entries.length];
    let ofNode = placed.get(within);
    if (ofNode === undefined) placed.set(within, (ofNode = new Map()));
    const before = ofNode.get(index);
    if (before === undefined) ofNode.set(index, [comment]);
    else before.push(comment);
  }
  return placed;
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

function placeOf(comment: CommentNode, before: Slot | undefined, after: Slot | undefined): Spot | undefined {
  if (comment.inline && before !== undefined) return inlinePlace(before, after);
  const depth = after?.within.column ?? -1;
  for (let slot = before; slot !== undefined; slot = slot.above) {
    const { column } = slot.within;
    if (column <= depth) break;
    if (column <= comment.column) return [slot.within, sizeOf(slot.within)];
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
