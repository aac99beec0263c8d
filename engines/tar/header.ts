/** Everything in an archive comes in blocks of this size. */
export const blockSize = 512;

/** Where the fields of a header stand (POSIX.1-1988 ustar): offset and length in bytes. */
export const fields = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  link: [157, 100],
  magic: [257, 8],
  major: [329, 8],
  minor: [337, 8],
  prefix: [345, 155],
} as const;

export type Field = readonly [offset: number, length: number];

/** The sum of a header's bytes, its own field counted as blanks. */
export function checksum(header: Uint8Array): number {
  const [start, length] = fields.checksum;
  let sum = length * 0x20;
  for (let at = 0; at < blockSize; at++) if (at < start || at >= start + length) sum += header[at]!;
  return sum;
}

/** A size rounded up to whole blocks. */
export function padded(size: number): number {
  return Math.ceil(size / blockSize) * blockSize;
}
