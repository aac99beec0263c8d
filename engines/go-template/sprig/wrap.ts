import { contextFunction } from '../function.ts';
import type { CallContext, TemplateFunction } from '../value.ts';
import { bytesText, fromBytesText } from './bytes-text.ts';

/** Lines of at most a width in bytes. `wrap` leaves longer words whole, `wrapWith` breaks them. */
export const wraps: Record<string, TemplateFunction> = {
  wrap: contextFunction(['int', 'string'], (context, width, text) =>
    wrapped(context, text, width, '\n', false),
  ),
  wrapWith: contextFunction(['int', 'string', 'string'], (context, width, separator, text) =>
    wrapped(context, text, width, separator || '\n', true),
  ),
};

function wrapped(
  context: CallContext,
  text: string,
  width: number,
  separator: string,
  breaksWords: boolean,
): string {
  const bytes = bytesText(text);
  const columns = Math.max(width, 1);
  const lines: string[] = [];
  let at = 0;
  while (bytes.length - at > columns) {
    if (bytes[at] === ' ') {
      at++;
      continue;
    }
    const end = lineEnd(bytes, at, columns, breaksWords);
    if (end < 0) break;
    lines.push(bytes.slice(at, end));
    // A word that was broken goes on at once; elsewhere the space is gone.
    at = bytes[end] === ' ' ? end + 1 : end;
  }
  lines.push(bytes.slice(at));
  context.reserve(bytes.length + lines.length * separator.length);
  return fromBytesText(lines.join(bytesText(separator)));
}

/** Where a line that must end ends: at the last space that fits, else in the word or after it; -1 if nowhere. */
function lineEnd(bytes: string, at: number, columns: number, breaksWords: boolean): number {
  const space = bytes.slice(at, at + columns + 1).lastIndexOf(' ');
  if (space >= 0) return at + space;
  if (breaksWords) return at + columns;
  return bytes.indexOf(' ', at + columns);
}
