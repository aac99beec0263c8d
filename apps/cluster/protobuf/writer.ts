/** Writes the wire format of protocol buffers: https://protobuf.dev/programming-guides/encoding/ */
export class Writer {
  readonly #pieces: Buffer[] = [];

  /** Booleans that are false and numbers that are 0 are left out, as proto3 does. */
  bool(field: number, value: boolean): void {
    if (!value) return;
    this.#tag(field, 0);
    this.#pieces.push(Buffer.of(1));
  }

  integer(field: number, value: number): void {
    if (value === 0) return;
    this.#tag(field, 0);
    this.#varint(BigInt.asUintN(64, BigInt(Math.trunc(value))));
  }

  double(field: number, value: number): void {
    if (value === 0) return;
    this.#tag(field, 1);
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    this.#pieces.push(bytes);
  }

  text(field: number, value: string): void {
    if (value !== '') this.bytes(field, Buffer.from(value));
  }

  /** Bytes, a text that may be empty, or a message. */
  bytes(field: number, value: Buffer): void {
    this.#tag(field, 2);
    this.#varint(BigInt(value.length));
    this.#pieces.push(value);
  }

  finish(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  #tag(field: number, wire: number): void {
    this.#varint(BigInt(field * 8 + wire));
  }

  #varint(value: bigint): void {
    const bytes: number[] = [];
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    this.#pieces.push(Buffer.from(bytes));
  }
}
