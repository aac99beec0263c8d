import { goFunction } from '../function.ts';
import type { TemplateFunction } from '../value.ts';
import { bytesText, fromBytesText } from './bytes-text.ts';
import { checkBounds, checkStart } from './panic.ts';

/** Parts of texts. Lengths and places are in bytes, so that a character may be cut in two. */
export const cuts: Record<string, TemplateFunction> = {
  trunc: goFunction(['int', 'string'], (length, text) => ofBytes(text, bytes => truncated(bytes, length))),
  substr: goFunction(['int', 'int', 'string'], (start, end, text) =>
    ofBytes(text, bytes => substring(bytes, start, end)),
  ),
  abbrev: goFunction(['int', 'string'], (width, text) =>
    width < 4 ? text : ofBytes(text, bytes => abbreviated(bytes, width)),
  ),
  abbrevboth: goFunction(['int', 'int', 'string'], (left, width, text) =>
    width < 4 || (left > 0 && width < 7) ? text : ofBytes(text, bytes => abbreviatedBoth(bytes, left, width)),
  ),
};

function ofBytes(text: string, cut: (bytes: string) => string): string {
  return fromBytesText(cut(bytesText(text)));
}

/** A negative length keeps the end. */
function truncated(bytes: string, length: number): string {
  if (length < 0) return bytes.length + length > 0 ? bytes.slice(length) : bytes;
  return bytes.slice(0, length);
}

function substring(bytes: string, start: number, end: number): string {
  if (start < 0) {
    checkBounds(0, end, bytes.length);
    return bytes.slice(0, end);
  }
  if (end >= 0 && end <= bytes.length) {
    checkBounds(start, end, bytes.length);
    return bytes.slice(start, end);
  }
  checkStart(start, bytes.length);
  return bytes.slice(start);
}

const marker = '...';

function abbreviated(bytes: string, width: number): string {
  return bytes.length <= width ? bytes : bytes.slice(0, width - marker.length) + marker;
}

/** Cut at both ends: `left` is where to begin, if that saves anything; `width` holds the marks too. */
function abbreviatedBoth(bytes: string, left: number, width: number): string {
  const room = width - marker.length;
  if (bytes.length <= width) return bytes;
  const start = bytes.length - Math.min(left, bytes.length) < room ? bytes.length - room : left;
  if (start <= 4) return bytes.slice(0, room) + marker;
  if (start + room >= bytes.length) return marker + bytes.slice(-room);
  // What is left for the text may be too little for a mark of its own: then there is none.
  return marker + (room < 4 ? '' : abbreviated(bytes.slice(start), room));
}
