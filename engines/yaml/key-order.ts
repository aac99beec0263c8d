const digit = /\p{Nd}/u;
const letter = /\p{L}/u;
const asciiWord = /^[A-Za-z]+$/;

/**
 * The order in which go-yaml prints the keys of a map: letters by code point, runs of digits by their
 * number, everything else before letters (sorter.go of go.yaml.in/yaml).
 */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  if (asciiWord.test(a) && asciiWord.test(b)) return a < b ? -1 : 1;
  return compareRunes(Array.from(a), Array.from(b));
}

function compareRunes(a: string[], b: string[]): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (x === y) continue;
    const xLetter = letter.test(x);
    const yLetter = letter.test(y);
    if (xLetter && yLetter) return codePoint(x) - codePoint(y);
    if (xLetter || yLetter) return yLetter ? -1 : 1;
    return compareNumbers(a, b, i);
  }
  return a.length - b.length;
}

/** Both differ at `i` and neither is a letter there: compare the numbers that start at `i`. */
function compareNumbers(a: string[], b: string[], i: number): number {
  const lead = (a[i] === '0' || b[i] === '0') && followsNonZero(a, i) ? 1n : 0n;
  const x = numberAt(a, i, lead);
  const y = numberAt(b, i, lead);
  if (x.value !== y.value) return x.value < y.value ? -1 : 1;
  if (x.end !== y.end) return x.end - y.end;
  return codePoint(a[i]!) - codePoint(b[i]!);
}

function followsNonZero(runes: string[], i: number): boolean {
  for (let j = i - 1; j >= 0 && digit.test(runes[j]!); j--) if (runes[j] !== '0') return true;
  return false;
}

function numberAt(runes: string[], start: number, lead: bigint): { value: bigint; end: number } {
  let value = lead;
  let end = start;
  for (; end < runes.length && digit.test(runes[end]!); end++) {
    value = value * 10n + BigInt(codePoint(runes[end]!) - 0x30);
  }
  return { value: BigInt.asIntN(64, value), end };
}

function codePoint(rune: string): number {
  return rune.codePointAt(0)!;
}
