import type { BitWriter } from './bit-writer.ts';

/** A prefix code: for each symbol its bits, and how many; none for a symbol that does not occur. */
export class HuffmanCode {
  readonly lengths: Uint8Array;
  readonly #bits: Uint16Array;

  constructor(lengths: Uint8Array) {
    this.lengths = lengths;
    this.#bits = canonicalBits(lengths);
  }

  put(symbol: number, to: BitWriter): void {
    to.put(this.#bits[symbol]!, this.lengths[symbol]!);
  }

  /** Bits that so many of each symbol take. */
  cost(frequencies: Uint32Array): number {
    let bits = 0;
    for (let symbol = 0; symbol < frequencies.length; symbol++)
      bits += frequencies[symbol]! * this.lengths[symbol]!;
    return bits;
  }
}

/** The best code for so many of each symbol, none longer than `longest` bits. */
export function optimalCode(frequencies: Uint32Array, longest: number): HuffmanCode {
  const lengths = new Uint8Array(frequencies.length);
  const occurring = [...frequencies.keys()].filter(symbol => frequencies[symbol]! > 0);
  if (occurring.length <= 2) {
    for (const symbol of occurring) lengths[symbol] = 1;
    return new HuffmanCode(lengths);
  }
  // The rarest first, of equals the lower: among equals Go makes the higher shorter.
  occurring.sort((a, b) => frequencies[a]! - frequencies[b]! || a - b);
  const leaves = Uint32Array.from(occurring, symbol => frequencies[symbol]!);
  for (const longerThan of leavesOfRows(leaves, Math.min(longest, occurring.length - 1)))
    for (let at = 0; at < longerThan; at++) lengths[occurring[at]!]!++;
  return new HuffmanCode(lengths);
}

/**
 * Package-merge (Larmore, Hirschberg 1990). Each row holds the leaves and the pairs of the row below, by weight; what
 * the top row needs is followed down. Gives for each row how many leaves are taken: each of them is a bit longer. Where
 * a leaf weighs as much as a pair the pair comes first, as in Go: other orders give other codes of the same cost.
 */
function* leavesOfRows(leaves: Uint32Array, rows: number): Generator<number> {
  const all: Row[] = [];
  for (let row = 0; row < rows; row++) all.push(rowAbove(all.at(-1)?.weights ?? new Uint32Array(), leaves));
  let needed = 2 * leaves.length - 2;
  for (const { leavesBefore } of all.reverse()) {
    const taken = leavesBefore[needed]!;
    yield taken;
    needed = 2 * (needed - taken);
  }
}

interface Row {
  weights: Uint32Array;
  /** How many of the first items are leaves. */
  leavesBefore: Uint32Array;
}

function rowAbove(below: Uint32Array, leaves: Uint32Array): Row {
  const pairs = below.length >> 1;
  const weights = new Uint32Array(leaves.length + pairs);
  const leavesBefore = new Uint32Array(weights.length + 1);
  for (let leaf = 0, pair = 0; leaf + pair < weights.length; ) {
    const weight = pair < pairs ? below[2 * pair]! + below[2 * pair + 1]! : Number.POSITIVE_INFINITY;
    const at = leaf + pair;
    if (leaf < leaves.length && leaves[leaf]! < weight) weights[at] = leaves[leaf++]!;
    else {
      weights[at] = weight;
      pair++;
    }
    leavesBefore[at + 1] = leaf;
  }
  return { weights, leavesBefore };
}

/** RFC 1951, 3.2.2: shorter codes come first, of one length the lower symbol; written from their highest bit on. */
function canonicalBits(lengths: Uint8Array): Uint16Array {
  const bits = new Uint16Array(lengths.length);
  let code = 0;
  for (let length = 1; length <= 15; length++) {
    code <<= 1;
    for (let symbol = 0; symbol < lengths.length; symbol++)
      if (lengths[symbol] === length) bits[symbol] = reversed(code++, length);
  }
  return bits;
}

function reversed(code: number, length: number): number {
  let bits = 0;
  for (let at = 0; at < length; at++) bits |= ((code >> at) & 1) << (length - 1 - at);
  return bits;
}
