import { fromBytes, toBytes } from '../byte-string.ts';
import { goFunction } from '../function.ts';
import type { TemplateFunction } from '../value.ts';
import { decodeBase32, encodeBase32 } from './base32.ts';
import { decodeBase64 } from './base64.ts';

/** Encodings. What cannot be decoded becomes the text of the error, as Sprig has it. */
export const encodings: Record<string, TemplateFunction> = {
  b64enc: goFunction(['string'], text => Buffer.from(toBytes(text)).toString('base64')),
  b64dec: goFunction(['string'], text => decoded(decodeBase64(text))),
  b32enc: goFunction(['string'], text => encodeBase32(toBytes(text))),
  b32dec: goFunction(['string'], text => decoded(decodeBase32(text))),
};

function decoded(result: Uint8Array | string): string {
  return typeof result === 'string' ? result : fromBytes(result);
}
