/**
 * The little of Protocol Buffers that a span needs: https://protobuf.dev/programming-guides/encoding. Fields are written
 * in the order in which they are given.
 */
export type Field = Uint8Array;

/** A message, text or bytes within a message. */
export function bytes(field: number, ...parts: (string | Uint8Array)[]): Field {
  const content = Buffer.concat(parts.map(part => Buffer.from(part)));
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
}

export function integer(field: number, value: number): Field {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

export function fixed32(field: number, value: number): Field {
  const content = Buffer.alloc(4);
  content.writeUInt32LE(value);
  return Buffer.concat([varint((field << 3) | 5), content]);
}

export function fixed64(field: number, value: bigint): Field {
  const content = Buffer.alloc(8);
  content.writeBigUInt64LE(value);
  return Buffer.concat([varint((field << 3) | 1), content]);
}

function varint(value: number): Buffer {
  const groups: number[] = [];
  for (; value > 0x7f; value = Math.floor(value / 0x80)) groups.push((value % 0x80) | 0x80);
  return Buffer.from([...groups, value]);
}
