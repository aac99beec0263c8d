import type { BitWriter } from './bit-writer.ts';
import { CodeLengths } from './code-lengths.ts';
import { HuffmanCode, optimalCode } from './huffman-code.ts';
import {
  distanceBase,
  distanceBits,
  distanceSymbol,
  distanceSymbols,
  endOfBlock,
  lengthBase,
  lengthBits,
  lengthSymbol,
  literalSymbols,
  shortestLength,
} from './symbols.ts';

/** A literal is its byte; a match is this bit, its length less 3 from bit 15 on, and its distance less 1. */
const match = 1 << 30;
const lengthShift = 15;
const distanceMask = (1 << lengthShift) - 1;

export function matchToken(length: number, distance: number): number {
  return match | ((length - shortestLength) << lengthShift) | (distance - 1);
}

const stored = 0;
const fixed = 1;
const dynamic = 2;

/** RFC 1951, 3.2.6. */
const fixedLiterals = new HuffmanCode(
  Uint8Array.from({ length: 288 }, (_, symbol) =>
    symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
  ),
);
const fixedDistances = new HuffmanCode(new Uint8Array(distanceSymbols).fill(5));

const largestStored = 65535;

/**
 * One block that is not the last of a stream, in the shape that is smallest: stored as `bytes` if these are known and
 * few enough, with the fixed codes, or with its own; of equals Go takes fixed before dynamic before stored.
 */
export function putBlock(tokens: Int32Array, bytes: Uint8Array | undefined, to: BitWriter): void {
  const literals = new Uint32Array(literalSymbols);
  const distances = new Uint32Array(distanceSymbols);
  const further = countSymbols(tokens, literals, distances);
  const own = { literals: optimalCode(literals, 15), distances: optimalCode(distances, 15) };
  const lengths = new CodeLengths(occurring(own.literals, literals), occurring(own.distances, distances));
  const costOf = (codes: Codes) => codes.literals.cost(literals) + codes.distances.cost(distances) + further;
  const fixedCost = 3 + costOf({ literals: fixedLiterals, distances: fixedDistances });
  const dynamicCost = 3 + lengths.cost + costOf(own);
  if (
    bytes !== undefined &&
    bytes.length <= largestStored &&
    (bytes.length + 5) * 8 < Math.min(fixedCost, dynamicCost)
  ) {
    putStored(bytes, false, to);
  } else if (dynamicCost < fixedCost) {
    to.put(dynamic << 1, 3);
    lengths.put(to);
    putTokens(tokens, own, to);
  } else {
    to.put(fixed << 1, 3);
    putTokens(tokens, { literals: fixedLiterals, distances: fixedDistances }, to);
  }
}

/** Bytes as they are (RFC 1951, 3.2.4). */
export function putStored(bytes: Uint8Array, isLast: boolean, to: BitWriter): void {
  to.put((stored << 1) | Number(isLast), 3);
  to.align();
  to.put(bytes.length, 16);
  to.put(~bytes.length & 0xffff, 16);
  to.bytes(bytes);
}

interface Codes {
  literals: HuffmanCode;
  distances: HuffmanCode;
}

/** Count each symbol; gives the bits that stand behind them, which no code changes. */
function countSymbols(tokens: Int32Array, literals: Uint32Array, distances: Uint32Array): number {
  let further = 0;
  for (const token of tokens) {
    if (token < match) {
      literals[token]!++;
      continue;
    }
    const length = lengthSymbol[(token - match) >> lengthShift]!;
    const distance = distanceSymbol(token & distanceMask);
    literals[length]!++;
    distances[distance]!++;
    further += lengthBits[length]! + distanceBits[distance]!;
  }
  literals[endOfBlock] = 1;
  // A block without a match has a code for distances all the same, and Go counts one in every shape.
  if (distances.every(count => count === 0)) distances[0] = 1;
  return further;
}

/** The lengths of a code up to the last symbol that occurs. */
function occurring({ lengths }: HuffmanCode, frequencies: Uint32Array): Uint8Array {
  return lengths.subarray(0, 1 + frequencies.findLastIndex(count => count > 0));
}

function putTokens(tokens: Int32Array, { literals, distances }: Codes, to: BitWriter): void {
  for (const token of tokens) {
    if (token < match) {
      literals.put(token, to);
      continue;
    }
    const length = (token - match) >> lengthShift;
    const lengthIn = lengthSymbol[length]!;
    literals.put(lengthIn, to);
    to.put(length - lengthBase[lengthIn]!, lengthBits[lengthIn]!);
    const distance = token & distanceMask;
    const distanceIn = distanceSymbol(distance);
    distances.put(distanceIn, to);
    to.put(distance - distanceBase[distanceIn]!, distanceBits[distanceIn]!);
  }
  literals.put(endOfBlock, to);
}
