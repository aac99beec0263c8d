import { toBytes } from '../byte-string.ts';

/** A text as the errors of Go's time package quote it: in ASCII, everything else by its bytes. */
export function quoted(text: string): string {
  let out = '';
  for (const byte of toBytes(text)) {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === '\\') out += `\\${character}`;
    else out += byte < 0x20 || byte >= 0x80 ? `\\x${byte.toString(16).padStart(2, '0')}` : character;
  }
  return `"${out}"`;
}
