/** The first and the last of some indexes in a row. */
type Range = readonly [first: number, last: number];

/**
 * The completion indexes of a Job, written as `1,3-5,7`. They are kept as ranges: a few characters can mean all of two
 * billion.
 */
export class Indexes {
  static readonly none = new Indexes([]);
  /** In order, none touching another. */
  readonly #ranges: readonly Range[];
  readonly size: number;

  private constructor(ranges: readonly Range[]) {
    this.#ranges = ranges;
    this.size = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  }

  static of(indexes: Iterable<number>): Indexes {
    return Indexes.#joined([...indexes].map(index => [index, index]));
  }

  /** What is no index is passed over. */
  static parse(text: string): Indexes {
    const ranges = text.split(',').flatMap((part): Range[] => {
      const [first = Number.NaN, last = first] = part === '' ? [] : part.split('-').map(Number);
      return first <= last ? [[first, last]] : [];
    });
    return Indexes.#joined(ranges);
  }

  /** What a user wrote, who may mention indexes below `completions`, in order. Throws BadIndexes. */
  static read(text: string, completions: number): Indexes {
    if (text === '') return Indexes.none;
    let previous = -1;
    const readOne = (part: string) => {
      if (!/^\d+$/.test(part))
        throw new BadIndexes(`cannot convert string to integer for index: ${JSON.stringify(part)}`);
      const index = Number(part);
      if (index >= completions) throw new BadIndexes(`too large index: ${JSON.stringify(part)}`);
      if (index <= previous)
        throw new BadIndexes(`non-increasing order, previous: ${previous}, current: ${index}`);
      previous = index;
      return index;
    };
    const ranges = text.split(',').map((fragment): Range => {
      const [start = '', end, ...more] = fragment.split('-');
      if (more.length > 0)
        throw new BadIndexes(
          `the fragment ${JSON.stringify(fragment)} violates the requirement that an index interval can have at most two parts separated by '-'`,
        );
      const first = readOne(start);
      return [first, end === undefined ? first : readOne(end)];
    });
    return Indexes.#joined(ranges);
  }

  static #joined(ranges: readonly Range[]): Indexes {
    const joined: [number, number][] = [];
    for (const [first, last] of [...ranges].sort(([a], [b]) => a - b)) {
      const before = joined.at(-1);
      if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
      else joined.push([first, last]);
    }
    return new Indexes(joined);
  }

  has(index: number): boolean {
    return this.#rangeOf(index) !== undefined;
  }

  and(others: Indexes): Indexes {
    return Indexes.#joined([...this.#ranges, ...others.#ranges]);
  }

  /** Those from 0 on and below a number. */
  below(end: number): Indexes {
    return this.without(
      Indexes.#joined([
        [Number.NEGATIVE_INFINITY, -1],
        [end, Number.POSITIVE_INFINITY],
      ]),
    );
  }

  without(others: Indexes): Indexes {
    const left: Range[] = [];
    let at = 0;
    for (let [first, last] of this.#ranges) {
      while (at < others.#ranges.length && others.#ranges[at]![1] < first) at++;
      for (let i = at; i < others.#ranges.length && others.#ranges[i]![0] <= last && first <= last; i++) {
        const [start, end] = others.#ranges[i]!;
        if (start > first) left.push([first, start - 1]);
        first = end + 1;
      }
      if (first <= last) left.push([first, last]);
    }
    return new Indexes(left);
  }

  /** The first `count` indexes from 0 on and below `end` that are none of these. */
  missing(count: number, end: number): number[] {
    const found: number[] = [];
    for (let index = 0; index < end && found.length < count; ) {
      const range = this.#rangeOf(index);
      if (!range) found.push(index);
      index = (range?.[1] ?? index) + 1;
    }
    return found;
  }

  /** Three and more in a row are written as a range. */
  toString(): string {
    return this.#ranges
      .map(([first, last]) => {
        if (first === last) return `${first}`;
        return last === first + 1 ? `${first},${last}` : `${first}-${last}`;
      })
      .join(',');
  }

  #rangeOf(index: number): Range | undefined {
    let [low, high] = [0, this.#ranges.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const range = this.#ranges[middle]!;
      if (index < range[0]) high = middle - 1;
      else if (index > range[1]) low = middle + 1;
      else return range;
    }
    return undefined;
  }
}

/** Indexes that cannot be read: it says why, in upstream's words. */
export class BadIndexes extends Error {
  override name = 'BadIndexes';
}
