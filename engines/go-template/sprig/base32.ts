import { bytesText } from './bytes-text.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function encodeBase32(bytes: Uint8Array): string {
  let [out, buffer, bits] = ['', 0, 0];
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) out += alphabet[(buffer >> (bits - 5)) & 31];
  }
  if (bits > 0) out += alphabet[(buffer << (5 - bits)) & 31];
  return out.padEnd(Math.ceil(out.length / 8) * 8, '=');
}

/** The bytes, or what Go says is wrong. Line breaks do not count, not even for the place. */
export function decodeBase32(text: string): Uint8Array | string {
  const plain = bytesText(text).replace(/[\r\n]/g, '');
  const place = corruptPlace(plain);
  if (place !== undefined) return `illegal base32 data at input byte ${place}`;
  const out: number[] = [];
  let [buffer, bits] = [0, 0];
  for (const character of /^[A-Z2-7]*/.exec(plain)![0]) {
    buffer = ((buffer << 5) | alphabet.indexOf(character)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out.push((buffer >> bits) & 0xff);
  }
  return Uint8Array.from(out);
}

function corruptPlace(plain: string): number | undefined {
  const data = /^[A-Z2-7]*/.exec(plain)![0].length;
  const inGroup = data % 8;
  const padding = plain.slice(data);
  if (padding === '') return inGroup === 0 ? undefined : plain.length - inGroup;
  // Padding may begin in the last group only, and not before its third character.
  if (padding[0] !== '=' || inGroup < 2 || padding.length > 8) return data;
  const expected = 8 - inGroup;
  if (padding.length < expected) return plain.length;
  const wrong = [...padding.slice(0, expected)].findIndex(character => character !== '=');
  if (wrong >= 0) return data + wrong - 1;
  return [3, 6].includes(inGroup) ? data : undefined;
}
