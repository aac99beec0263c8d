import type { Budget } from './limits.ts';

/**
 * A pattern of `#` and `%`, as Flux matches it: `*` any text, `?` one character, `[a-z]` and `[^a-z]` one of a class,
 * `\` before a character that is meant as it is.
 */
export class Glob {
  /** Runs of single characters; before each but perhaps the first stands a star. */
  readonly #chunks: Test[][];
  readonly #startsWithStar: boolean;

  private constructor(chunks: Test[][], startsWithStar: boolean) {
    this.#chunks = chunks;
    this.#startsWithStar = startsWithStar;
  }

  /** Undefined for a pattern with a class that is none, or a lone `\` at its end: it matches nothing. */
  static of(pattern: readonly string[]): Glob | undefined {
    const chunks: Test[][] = [[]];
    const startsWithStar = pattern[0] === '*';
    for (let i = 0; i < pattern.length; ) {
      if (pattern[i] === '*') {
        if (i > 0 && pattern[i - 1] !== '*') chunks.push([]);
        i++;
        continue;
      }
      const single = readSingle(pattern, i);
      if (single === undefined) return undefined;
      chunks.at(-1)!.push(single.test);
      i = single.end;
    }
    return new Glob(chunks, startsWithStar);
  }

  /** How many characters of the start match, one at least: the fewest, or the most; 0 for none. */
  matchStart(text: readonly string[], longest: boolean, budget: Budget): number {
    let at = 0;
    for (const [i, chunk] of this.#chunks.entries()) {
      const isLast = i === this.#chunks.length - 1;
      const floats = i > 0 || this.#startsWithStar;
      if (isLast && floats && chunk.length === 0)
        return longest ? text.length : Math.min(Math.max(at, 1), text.length);
      const places = !floats
        ? [at]
        : isLast && longest
          ? down(text.length - chunk.length, at)
          : up(at, text.length);
      const found = firstOf(places, place => matchesAt(text, chunk, place, budget));
      if (found === undefined) return 0;
      at = found + chunk.length;
    }
    return at;
  }
}

type Test = (character: string) => boolean;

function matchesAt(text: readonly string[], chunk: readonly Test[], at: number, budget: Budget): boolean {
  for (let i = 0; i < chunk.length; i++) {
    budget.step();
    if (at + i >= text.length || !chunk[i]!(text[at + i]!)) return false;
  }
  return true;
}

function firstOf(places: Iterable<number>, fits: (place: number) => boolean): number | undefined {
  for (const place of places) if (fits(place)) return place;
  return undefined;
}

function* up(from: number, to: number): Generator<number> {
  for (let i = from; i <= to; i++) yield i;
}

function* down(from: number, to: number): Generator<number> {
  for (let i = from; i >= to; i--) yield i;
}

function readSingle(pattern: readonly string[], at: number): { test: Test; end: number } | undefined {
  const character = pattern[at]!;
  if (character === '?') return { test: () => true, end: at + 1 };
  if (character === '[') return readClass(pattern, at + 1);
  const literal = character === '\\' ? pattern[at + 1] : character;
  if (literal === undefined) return undefined;
  return { test: c => c === literal, end: at + (character === '\\' ? 2 : 1) };
}

/** What stands between brackets: characters and ranges, one at least. */
function readClass(pattern: readonly string[], start: number): { test: Test; end: number } | undefined {
  const negated = pattern[start] === '^';
  const ranges: [from: number, to: number][] = [];
  let at = negated ? start + 1 : start;
  while (pattern[at] !== ']' || ranges.length === 0) {
    const from = readMember(pattern, at);
    if (from === undefined) return undefined;
    const to = pattern[from.end] === '-' ? readMember(pattern, from.end + 1) : from;
    if (to === undefined) return undefined;
    ranges.push([from.code, to.code]);
    at = to.end;
  }
  const test = (character: string): boolean => {
    const code = character.codePointAt(0)!;
    return ranges.some(([from, to]) => from <= code && code <= to) !== negated;
  };
  return { test, end: at + 1 };
}

function readMember(pattern: readonly string[], at: number): { code: number; end: number } | undefined {
  if (pattern[at] === '-' || pattern[at] === ']') return undefined;
  const place = pattern[at] === '\\' ? at + 1 : at;
  const character = pattern[place];
  // Something has to follow: a class ends with its bracket.
  if (character === undefined || place + 1 >= pattern.length) return undefined;
  return { code: character.codePointAt(0)!, end: place + 1 };
}
