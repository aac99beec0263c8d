import { fromBytes, toBytes } from '../byte-string.ts';

/** Texts whose places are bytes, as Go counts them: one character (U+0000 to U+00FF) a byte. */

export function bytesText(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(toBytes(text)).toString('latin1');
}

export function fromBytesText(bytes: string): string {
  return /^[\0-\x7f]*$/.test(bytes) ? bytes : fromBytes(Buffer.from(bytes, 'latin1'));
}
