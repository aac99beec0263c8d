/** The bytes are no protobuf, or not of the kind that they claim to be. */
export class BadProtobuf extends Error {
  override name = 'BadProtobuf';
}

/** Reads the wire format of protocol buffers: https://protobuf.dev/programming-guides/encoding/ */
export class Reader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  /** The next field's number and wire type; undefined at the end. */
  tag(): { field: number; wire: number } | undefined {
    if (this.#at >= this.#buffer.length) return undefined;
    const tag = this.integer();
    return { field: Math.floor(tag / 8), wire: tag % 8 };
  }

  /** A varint as a signed 64-bit number; beyond 2^53 it loses precision, as it would in JSON. */
  integer(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
    throw new BadProtobuf('a number is longer than ten bytes');
  }

  double(): number {
    return this.#take(8).readDoubleLE();
  }

  bytes(): Buffer {
    return this.#take(this.integer());
  }

  text(): string {
    return this.bytes().toString('utf8');
  }

  skip(wire: number): void {
    if (wire === 0) this.integer();
    else if (wire === 1) this.#take(8);
    else if (wire === 2) this.bytes();
    else if (wire === 5) this.#take(4);
    else throw new BadProtobuf(`wire type ${wire} is not used by Kubernetes`);
  }

  #byte(): number {
    const byte = this.#buffer[this.#at++];
    if (byte === undefined) throw new BadProtobuf('the message ends too early');
    return byte;
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (length < 0 || end > this.#buffer.length) throw new BadProtobuf('the message ends too early');
    const taken = this.#buffer.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
