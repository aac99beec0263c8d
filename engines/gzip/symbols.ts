/** Literals 0-255, the end of a block, then 29 codes for lengths (RFC 1951, 3.2.5). */
export const literalSymbols = 286;
export const endOfBlock = 256;
export const distanceSymbols = 30;

export const shortestLength = 3;
export const longestLength = 258;

/** Bits behind a symbol for a length or a distance, by symbol. */
export const lengthBits = new Uint8Array(literalSymbols);
export const distanceBits = new Uint8Array(distanceSymbols);

/** The first length less 3, and the first distance less 1, that a symbol stands for. */
export const lengthBase = new Uint16Array(literalSymbols);
export const distanceBase = new Uint16Array(distanceSymbols);

/** The symbol of a length less 3. */
export const lengthSymbol = new Uint16Array(longestLength - shortestLength + 1);

/** The symbols of distances less 1: below 256 each, above in steps of 128. */
const nearSymbol = new Uint8Array(256);
const farSymbol = new Uint8Array(256);

/** The symbol of a distance less 1. */
export function distanceSymbol(distance: number): number {
  return distance < 256 ? nearSymbol[distance]! : farSymbol[distance >> 7]!;
}

fillLengths();
fillDistances();

/** Eight lengths have a symbol each; then four symbols share each number of further bits. 258 has its own. */
function fillLengths(): void {
  const longest = longestLength - shortestLength;
  for (let symbol = 257, base = 0; symbol < literalSymbols - 1; symbol++) {
    const bits = Math.max(0, ((symbol - 257) >> 2) - 1);
    lengthBits[symbol] = bits;
    lengthBase[symbol] = base;
    lengthSymbol.fill(symbol, base, base + 2 ** bits);
    base += 2 ** bits;
  }
  lengthBase[literalSymbols - 1] = longest;
  lengthSymbol[longest] = literalSymbols - 1;
}

/** Four distances have a symbol each; then two symbols share each number of further bits. */
function fillDistances(): void {
  for (let symbol = 0, base = 0; symbol < distanceSymbols; symbol++) {
    const bits = Math.max(0, (symbol >> 1) - 1);
    distanceBits[symbol] = bits;
    distanceBase[symbol] = base;
    const next = base + 2 ** bits;
    if (base < 256) nearSymbol.fill(symbol, base, next);
    else farSymbol.fill(symbol, base >> 7, next >> 7);
    base = next;
  }
}
