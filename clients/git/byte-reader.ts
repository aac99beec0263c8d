import type { Readable } from 'node:stream';
import { GitError } from './errors.ts';

/** Reads what git writes piece by piece, holding no more than a chunk of it. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);
  /** Bytes of the current part that nobody has read yet, its tail included. */
  #rest = 0;

  constructor(source: Readable) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Bytes up to a delimiter, which is left out; undefined at the end. Throws GitError for more than `limit`. */
  async until(delimiter: number, limit: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    let size = 0;
    for (;;) {
      const end = this.#chunk.indexOf(delimiter);
      const part = this.#chunk.subarray(0, end < 0 ? this.#chunk.length : end);
      size += part.length;
      if (size > limit) throw new GitError('limit', `git wrote a name of more than ${limit} bytes`);
      parts.push(part);
      if (end >= 0) {
        this.#chunk = this.#chunk.subarray(end + 1);
        return parts.length === 1 ? part : Buffer.concat(parts);
      }
      if (!(await this.#more())) {
        if (size > 0) throw new GitError('other', 'git ended before it had said everything');
        return undefined;
      }
    }
  }

  /** The next bytes, of which `tail` more are passed over. */
  part(size: number, tail: number): AsyncIterable<Buffer> {
    this.#rest = size + tail;
    return this.#pieces(tail);
  }

  async *#pieces(tail: number): AsyncGenerator<Buffer> {
    while (this.#rest > tail) {
      const piece = await this.#take(this.#rest - tail);
      this.#rest -= piece.length;
      yield piece;
    }
    await this.finishPart();
  }

  /** Pass over what nobody has read of the last part. */
  async finishPart(): Promise<void> {
    while (this.#rest > 0) this.#rest -= (await this.#take(this.#rest)).length;
  }

  /** At most so many bytes from here. */
  async upTo(limit: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let size = 0;
    do {
      const piece = this.#chunk.subarray(0, limit - size);
      parts.push(piece);
      size += piece.length;
    } while (size < limit && (await this.#more()));
    return Buffer.concat(parts);
  }

  async #take(most: number): Promise<Buffer> {
    while (this.#chunk.length === 0) {
      if (!(await this.#more())) throw new GitError('other', 'git ended before it had said everything');
    }
    const piece = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(piece.length);
    return piece;
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#source.next();
    this.#chunk = done ? Buffer.alloc(0) : value;
    return !done;
  }
}
