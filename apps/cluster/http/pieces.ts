import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

/** Well below the 64 KiB that a connection wants to hold. */
export const pieceSize = 32 * 1024;

/** Fast rather than small: what is sent is read soon, and nearby. */
export const gzipOptions = { level: 1 };

export function* split(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += pieceSize) yield body.subarray(at, at + pieceSize);
}

/** A text in parts; no character of two halves is taken apart. */
export function* sliced(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    let end = at + pieceSize;
    if (/[\uD800-\uDBFF]/.test(text[end - 1] ?? '')) end++;
    yield text.slice(at, end);
    at = end;
  }
}

/** The pieces of a text as bytes, at least so many at once that it is worth a write. */
export function* gather(text: Iterable<string>): Generator<Buffer, undefined> {
  let waiting = '';
  for (const whole of text) {
    // An object can be large, and is the store's: only what is sent next is copied.
    for (const piece of whole.length > pieceSize ? sliced(whole) : [whole]) {
      waiting += piece;
      if (waiting.length < pieceSize) continue;
      yield* split(Buffer.from(waiting));
      waiting = '';
    }
  }
  if (waiting !== '') yield Buffer.from(waiting);
}

export function* joined(start: readonly Buffer[], rest: Iterable<Buffer>): Generator<Buffer> {
  yield* start;
  yield* rest;
}

/** The pieces compressed. */
export function zipped(pieces: Iterable<Buffer>): AsyncIterable<Buffer> {
  // Who reads the end of it hears of an error too.
  return pipeline(Readable.from(pieces), createGzip(gzipOptions), () => {});
}
