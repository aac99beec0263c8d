import { crc32 } from 'node:zlib';
import { BitWriter } from './bit-writer.ts';
import { putBlock, putStored } from './block.ts';
import { MatchFinder } from './match-finder.ts';

/** RFC 1952, 2.3: deflate, no flags, no time, no word on the effort, an unknown system. Go writes it so. */
const header = new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

/**
 * Compress as Go 1.26's compress/gzip does at its default level, byte for byte. Go's bytes can hang on how what is
 * written is cut: the same writes give the same bytes; others may give others, of the same content.
 */
export class GzipWriter {
  readonly #out = new BitWriter();
  readonly #matches = new MatchFinder((tokens, bytes) => putBlock(tokens, bytes, this.#out));
  #checksum = 0;
  #size = 0;

  constructor() {
    this.#out.bytes(header);
  }

  /** Gives what is compressed by now: mostly nothing, and much at times. */
  write(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    this.#checksum = crc32(bytes, this.#checksum);
    this.#size = (this.#size + bytes.length) % 2 ** 32;
    this.#matches.write(bytes);
    return this.#out.take();
  }

  /** Gives the rest. Go ends with an empty stored block. */
  end(): Uint8Array<ArrayBuffer> {
    this.#matches.end();
    putStored(new Uint8Array(), true, this.#out);
    const trailer = new DataView(new ArrayBuffer(8));
    trailer.setUint32(0, this.#checksum, true);
    trailer.setUint32(4, this.#size, true);
    this.#out.bytes(new Uint8Array(trailer.buffer));
    return this.#out.take();
  }
}

/** The bytes, written at once. */
export function gzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const writer = new GzipWriter();
  return new Uint8Array(Buffer.concat([writer.write(bytes), writer.end()]));
}
