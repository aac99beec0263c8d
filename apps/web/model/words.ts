/** A search: words that all have to be somewhere. */
export interface Words {
  readonly all: readonly string[];
  in(text: string): boolean;
  /** The same, of a text in small letters. */
  inLower(text: string): boolean;
  /** The lower, the better: the whole of a name, its beginning, any place of it, elsewhere. */
  rank(name: string): number;
}

export function wordsOf(search: string): Words {
  const all = search.toLowerCase().split(/\s+/).filter(Boolean);
  const isIn = (lower: string) => all.length > 0 && all.every(word => lower.includes(word));
  return {
    all,
    in: text => isIn(text.toLowerCase()),
    inLower: isIn,
    rank(name) {
      const lower = name.toLowerCase();
      const ranks = all.map(word =>
        lower === word ? 0 : lower.startsWith(word) ? 1 : lower.includes(word) ? 2 : 3,
      );
      return Math.min(...ranks);
    },
  };
}
