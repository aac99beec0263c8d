import { bytesText } from './bytes-text.ts';

/** The bytes, or what Go says is wrong. Line breaks do not count; padding must be there. */
export function decodeBase64(text: string): Uint8Array | string {
  const bytes = bytesText(text);
  const plain = bytes.replace(/[\r\n]/g, '');
  if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(plain))
    return Buffer.from(plain, 'base64');
  return `illegal base64 data at input byte ${corruptPlace(bytes)}`;
}

/** Where Go's decoder, which goes by groups of four, finds that something is wrong. */
function corruptPlace(bytes: string): number {
  let inGroup = 0;
  for (let at = 0; at < bytes.length; at++) {
    const character = bytes[at]!;
    if (character === '\r' || character === '\n') continue;
    if (character === '=') return corruptPadding(bytes, at, inGroup);
    if (!/[A-Za-z0-9+/]/.test(character)) return at;
    inGroup = (inGroup + 1) % 4;
  }
  return bytes.length - inGroup;
}

function corruptPadding(bytes: string, at: number, inGroup: number): number {
  if (inGroup < 2) return at;
  const afterBreaks = (from: number) => from + /^[\r\n]*/.exec(bytes.slice(from))![0].length;
  let next = afterBreaks(at + 1);
  if (inGroup === 2) {
    if (next >= bytes.length) return bytes.length;
    if (bytes[next] !== '=') return next - 1;
    next = afterBreaks(next + 1);
  }
  return next;
}
