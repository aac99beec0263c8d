/** ASN.1's distinguished encoding (X.690): a tag, a length, and the content. */

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

export function der(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const size: number[] = [];
  for (let left = content.length; left > 0; left = Math.floor(left / 256)) size.unshift(left % 256);
  const length = content.length < 0x80 ? [content.length] : [0x80 | size.length, ...size];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

export function sequence(...items: Uint8Array[]): Buffer {
  return der(tags.sequence, ...items);
}

/** A positive integer of these bytes, the highest first. */
export function integer(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex(byte => byte !== 0);
  const significant = start < 0 ? Buffer.from([0]) : bytes.subarray(start);
  return der(tags.integer, Buffer.from(significant[0]! >= 0x80 ? [0] : []), significant);
}

export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return der(tags.bitString, Buffer.from([unusedBits]), bytes);
}

export function objectIdentifier(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 0x7f];
    for (let high = part >> 7; high > 0; high >>= 7) groups.unshift((high & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return der(tags.objectIdentifier, Buffer.from(bytes));
}

/** One encoded value: `whole` is how it is written, `content` what is in it. */
export interface Element {
  tag: number;
  content: Buffer;
  whole: Buffer;
}

/** The values that follow each other in some bytes. Throws RangeError if they are cut off. */
export function elements(bytes: Uint8Array): Element[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Element[] = [];
  for (let at = 0; at < buffer.length; ) {
    const { start, length } = lengthAt(buffer, at + 1);
    const end = start + length;
    if (end > buffer.length) throw new RangeError('asn1: syntax error: data truncated');
    found.push({ tag: buffer[at]!, content: buffer.subarray(start, end), whole: buffer.subarray(at, end) });
    at = end;
  }
  return found;
}

function lengthAt(buffer: Buffer, at: number): { start: number; length: number } {
  const first = buffer[at];
  if (first === undefined) throw new RangeError('asn1: syntax error: truncated tag or length');
  if (first < 0x80) return { start: at + 1, length: first };
  const size = first & 0x7f;
  if (size === 0 || size > 4 || at + 1 + size > buffer.length)
    throw new RangeError('asn1: syntax error: truncated tag or length');
  return { start: at + 1 + size, length: buffer.readUIntBE(at + 1, size) };
}

/** The values within the only one that these bytes hold. */
export function elementsWithin(bytes: Uint8Array): Element[] {
  const [outer, extra] = elements(bytes);
  if (!outer || extra) throw new RangeError('asn1: syntax error: one value expected');
  return elements(outer.content);
}
