/** What Go's reference time, Mon Jan 2 15:04:05 MST 2006, stands for in a layout. */
const elements =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|0[1-6]|002|15|1|2006|__2|_2(?!006)|2|3|4|5|PM|pm|[-Z]07(?:0000|:00:00|00|:00)?|[.,](?:0+|9+)(?!\d)/g;

/** A piece of a layout: the text before an element, and the element; the last piece has none. */
export interface LayoutPiece {
  prefix: string;
  element: string;
}

export function layoutPieces(layout: string): LayoutPiece[] {
  const pieces: LayoutPiece[] = [];
  let end = 0;
  for (const match of layout.matchAll(elements)) {
    pieces.push({ prefix: layout.slice(end, match.index), element: match[0] });
    end = match.index + match[0].length;
  }
  return [...pieces, { prefix: layout.slice(end), element: '' }];
}

/** Whether the element is a fraction of a second. */
export function isFraction(element: string | undefined): boolean {
  return element !== undefined && /^[.,]/.test(element);
}
