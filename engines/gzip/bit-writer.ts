/** Bits in the order of deflate: the lowest of a byte first (RFC 1951, 3.1.1). */
export class BitWriter {
  #bytes = new Uint8Array(64 * 1024);
  #length = 0;
  /** Bits that do not fill a byte yet: fewer than 16. */
  #waiting = 0;
  #count = 0;

  /** The lowest `count` bits of the value: up to 16, none set above them. */
  put(value: number, count: number): void {
    this.#waiting |= value << this.#count;
    this.#count += count;
    if (this.#count < 16) return;
    if (this.#length + 2 > this.#bytes.length) this.#reserve(2);
    this.#bytes[this.#length++] = this.#waiting;
    this.#bytes[this.#length++] = this.#waiting >>> 8;
    this.#waiting >>>= 16;
    this.#count -= 16;
  }

  /** Fill the byte that is begun with zeros. */
  align(): void {
    this.#reserve(2);
    for (; this.#count > 0; this.#count -= 8) {
      this.#bytes[this.#length++] = this.#waiting;
      this.#waiting >>>= 8;
    }
    this.#count = 0;
  }

  /** Whole bytes, where none is begun. */
  bytes(bytes: Uint8Array): void {
    this.align();
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The whole bytes that were written since they were last taken. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * this.#bytes.length + more);
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
