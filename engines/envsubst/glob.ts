/** How many characters of the start of the text a shell pattern matches: the fewest or the most; -1 for none. */
export function matchStart(text: string, pattern: string, longest: boolean): number {
  const tokens = parse(pattern);
  const lengths = ends(text, tokens);
  if (lengths.length === 0) return -1;
  return longest ? Math.max(...lengths) : Math.min(...lengths);
}

/** The same from the end of the text: where the match begins; -1 for none. */
export function matchEnd(text: string, pattern: string, longest: boolean): number {
  const tokens = parse(pattern);
  const order = Array.from({ length: text.length + 1 }, (_, i) => (longest ? i : text.length - i));
  return order.find(start => ends(text.slice(start), tokens).includes(text.length - start)) ?? -1;
}

type Token = { kind: 'any' } | { kind: 'one'; test(character: string): boolean };

function parse(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    if (character === '*') tokens.push({ kind: 'any' });
    else if (character === '?') tokens.push({ kind: 'one', test: () => true });
    else if (character === '[' && pattern.indexOf(']', i + 2) > 0) {
      const end = pattern.indexOf(']', i + 2);
      tokens.push({ kind: 'one', test: classOf(pattern.slice(i + 1, end)) });
      i = end;
    } else {
      const literal = character === '\\' && i + 1 < pattern.length ? pattern[++i]! : character;
      tokens.push({ kind: 'one', test: c => c === literal });
    }
  }
  return tokens;
}

/** `abc`, `a-z`, `^a-z`: what stands between brackets. */
function classOf(text: string): (character: string) => boolean {
  const negated = text[0] === '^' || text[0] === '!';
  const body = negated ? text.slice(1) : text;
  const ranges: [string, string][] = [];
  for (let i = 0; i < body.length; i++) {
    const range = body[i + 1] === '-' && i + 2 < body.length;
    ranges.push([body[i]!, range ? body[i + 2]! : body[i]!]);
    if (range) i += 2;
  }
  return c => ranges.some(([from, to]) => from <= c && c <= to) !== negated;
}

/** Every length of a prefix that the tokens match; a set of states, so that no pattern takes more than length² steps. */
function ends(text: string, tokens: Token[]): number[] {
  let positions = new Set([0]);
  for (const token of tokens) {
    const next = new Set<number>();
    for (const position of positions) {
      if (token.kind === 'any') for (let i = position; i <= text.length; i++) next.add(i);
      else if (position < text.length && token.test(text[position]!)) next.add(position + 1);
    }
    positions = next;
  }
  return [...positions];
}
