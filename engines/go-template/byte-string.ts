import { Buffer, isUtf8 } from 'node:buffer';

/**
 * Go strings are bytes, JavaScript's are UTF-16. Text is kept as it is; a byte that is no part of UTF-8 is kept
 * as a lone surrogate U+DC80 to U+DCFF (0xDC00 plus the byte), so that nothing is lost on the way through.
 */

const encoder = new TextEncoder();

/** The bytes of a Go string. */
export function toBytes(text: string): Uint8Array {
  if (text.isWellFormed()) return encoder.encode(text);
  const out: number[] = [];
  for (const character of text) {
    const byte = strayByte(character);
    if (byte === undefined) out.push(...encoder.encode(character));
    else out.push(byte);
  }
  return Uint8Array.from(out);
}

/** The string of bytes, which need not be UTF-8. */
export function fromBytes(bytes: Uint8Array): string {
  return isUtf8(bytes) ? decoded(bytes) : fromBrokenBytes(bytes);
}

/** The text of bytes that are UTF-8; a byte order mark is text like other. */
function decoded(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** Join stray bytes that together are UTF-8: what concatenation of cut strings leaves behind. */
export function rejoined(text: string): string {
  return text.isWellFormed() ? text : fromBytes(toBytes(text));
}

function fromBrokenBytes(bytes: Uint8Array): string {
  let out = '';
  for (let at = 0; at < bytes.length; ) {
    const size = sequenceLength(bytes, at);
    if (size > 0) out += decoded(bytes.subarray(at, at + size));
    else out += String.fromCharCode(0xdc00 + bytes[at]!);
    at += Math.max(size, 1);
  }
  return out;
}

/** The length of the UTF-8 sequence that starts here, 0 if none does. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + size > bytes.length) return 0;
  return isUtf8(bytes.subarray(at, at + size)) ? size : 0;
}

/** The byte that a lone surrogate stands for, if the character is one. */
export function strayByte(character: string): number | undefined {
  const code = character.charCodeAt(0);
  return character.length === 1 && code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : undefined;
}

/** The length in bytes, as Go's len. */
export function byteLength(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    if (code < 0x800) length++;
    else if (code >= 0xd800 && code <= 0xdbff && isLow(text.charCodeAt(at + 1))) {
      length += 2;
      at++;
    } else if (strayByte(text[at]!) === undefined) length += 2;
  }
  return length;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

/** The number of runes; a stray byte counts as one. */
export function runeCount(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Go's order of strings: by bytes, which is by code point. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  for (let at = 0; ; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left === right) continue;
    if (Number.isNaN(left)) return -1;
    if (Number.isNaN(right)) return 1;
    // A surrogate half belongs to a code point above all that fit in one unit.
    const lifted = (code: number) => (code >= 0xd800 && code <= 0xdfff ? code + 0x10000 : code);
    return lifted(left) - lifted(right);
  }
}
