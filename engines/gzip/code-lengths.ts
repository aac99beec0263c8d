import type { BitWriter } from './bit-writer.ts';
import { type HuffmanCode, optimalCode } from './huffman-code.ts';

/** The order in which the lengths of the code for code lengths are written (RFC 1951, 3.2.7). */
const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const repeatLast = 16;
const fewZeros = 17;
const manyZeros = 18;

/** Bits behind a symbol that say how often, and the least number that they stand for. */
const repeats: Record<number, { bits: number; least: number }> = {
  [repeatLast]: { bits: 2, least: 3 },
  [fewZeros]: { bits: 3, least: 3 },
  [manyZeros]: { bits: 7, least: 11 },
};

interface Run {
  symbol: number;
  count: number;
}

/** How a dynamic block tells its two codes (RFC 1951, 3.2.7): lengths, repetitions shortened, under a code of their own. */
export class CodeLengths {
  /** Bits that it takes, without the three that begin a block. */
  readonly cost: number;
  readonly #literals: number;
  readonly #distances: number;
  readonly #runs: Run[];
  readonly #code: HuffmanCode;
  readonly #written: number;

  /** The lengths of the first symbols of both codes, as many as occur. */
  constructor(literals: Uint8Array, distances: Uint8Array) {
    this.#literals = literals.length;
    this.#distances = distances.length;
    this.#runs = [...runsOf([...literals, ...distances])];
    const frequencies = new Uint32Array(order.length);
    let further = 0;
    for (const { symbol } of this.#runs) {
      frequencies[symbol]!++;
      further += repeats[symbol]?.bits ?? 0;
    }
    this.#code = optimalCode(frequencies, 7);
    this.#written = Math.max(4, 1 + order.findLastIndex(symbol => frequencies[symbol]! > 0));
    this.cost = 5 + 5 + 4 + 3 * this.#written + this.#code.cost(frequencies) + further;
  }

  put(to: BitWriter): void {
    to.put(this.#literals - 257, 5);
    to.put(this.#distances - 1, 5);
    to.put(this.#written - 4, 4);
    for (const symbol of order.slice(0, this.#written)) to.put(this.#code.lengths[symbol]!, 3);
    for (const { symbol, count } of this.#runs) {
      this.#code.put(symbol, to);
      const repeat = repeats[symbol];
      if (repeat !== undefined) to.put(count - repeat.least, repeat.bits);
    }
  }
}

/** Both codes in one go: a run may reach from the one into the other. */
function* runsOf(lengths: number[]): Generator<Run> {
  for (let at = 0; at < lengths.length; ) {
    const length = lengths[at]!;
    let end = at + 1;
    while (lengths[end] === length) end++;
    yield* length === 0 ? zeros(end - at) : sameLengths(length, end - at);
    at = end;
  }
}

function* zeros(count: number): Generator<Run> {
  for (; count >= 11; count -= Math.min(138, count)) yield { symbol: manyZeros, count: Math.min(138, count) };
  if (count >= 3) yield { symbol: fewZeros, count };
  else yield* Array.from({ length: count }, () => ({ symbol: 0, count: 1 }));
}

function* sameLengths(length: number, count: number): Generator<Run> {
  yield { symbol: length, count: 1 };
  let left = count - 1;
  for (; left >= 3; left -= Math.min(6, left)) yield { symbol: repeatLast, count: Math.min(6, left) };
  yield* Array.from({ length: left }, () => ({ symbol: length, count: 1 }));
}
