/** The whole lines of what has come so far, and what has come of the next. */
export function splitLines(bytes: Buffer): { complete: string[]; rest: Buffer } {
  const end = bytes.lastIndexOf(0x0a);
  if (end < 0) return { complete: [], rest: bytes };
  return { complete: bytes.toString('utf8', 0, end).split('\n'), rest: bytes.subarray(end + 1) };
}

/** The lines of a stream of bytes; the last needs no line break. */
export async function* linesOfStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const { complete, rest } = splitLines(Buffer.concat([pending, chunk]));
    pending = rest;
    yield* complete;
  }
  if (pending.length > 0) yield pending.toString('utf8');
}
