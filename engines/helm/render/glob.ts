import { RE2JS } from 're2js';

/** A pattern that means nothing. */
class BadGlob extends Error {}

/**
 * Whether names match a pattern as `.Files.Glob` takes it: `*` and `?` stop at slashes, `**` does not, `[a-z]`,
 * `[!abc]`, `{a,b}`, and a backslash before a character that is meant itself. Matching takes time linear in the name.
 * A pattern that cannot be read matches everything, as in Helm.
 *
 * Rule: github.com/gobwas/glob v0.2.3 with the separator `/`.
 */
export function globMatcher(pattern: string): (name: string) => boolean {
  try {
    const expression = RE2JS.compile(new Translation(pattern).expression(), RE2JS.DOTALL);
    return name => expression.matches(name);
  } catch (error) {
    if (error instanceof BadGlob) return () => true;
    throw error;
  }
}

/** Turns a pattern into a regular expression. */
class Translation {
  readonly #characters: string[];
  #at = 0;
  #depth = 0;

  constructor(pattern: string) {
    this.#characters = Array.from(pattern);
  }

  expression(): string {
    let out = '';
    while (this.#at < this.#characters.length) out += this.#item();
    // gobwas closes what is left open.
    return out + ')'.repeat(this.#depth);
  }

  #item(): string {
    const character = this.#take();
    switch (character) {
      case '*':
        if (this.#characters[this.#at] !== '*') return '[^/]*';
        this.#at++;
        return '.*';
      case '?':
        return '[^/]';
      case '[':
        return this.#range();
      case '{':
        this.#depth++;
        return '(?:';
    }
    if (this.#depth > 0 && character === ',') return '|';
    if (this.#depth > 0 && character === '}') {
      this.#depth--;
      return ')';
    }
    if (character !== '\\') return RE2JS.quote(character);
    return this.#at < this.#characters.length ? RE2JS.quote(this.#take()) : '';
  }

  /** One range of characters or a list of them, never both. */
  #range(): string {
    const not = this.#characters[this.#at] === '!' ? '^' : '';
    if (not !== '') this.#at++;
    const first = this.#take();
    if (this.#characters[this.#at] === '-') return `[${not}${this.#bounds(first)}]`;
    let characters = '';
    for (let next = first; next !== ']'; next = this.#take())
      characters += codePoint(next === '\\' ? this.#take() : next);
    if (characters === '') throw new BadGlob('a list of characters is empty');
    return `[${not}${characters}]`;
  }

  #bounds(low: string): string {
    this.#at++;
    const high = this.#take();
    if (this.#take() !== ']' || high < low) throw new BadGlob('a range of characters has no end');
    return `${codePoint(low)}-${codePoint(high)}`;
  }

  #take(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw new BadGlob('the pattern ends too early');
    return character;
  }
}

function codePoint(character: string): string {
  return `\\x{${character.codePointAt(0)!.toString(16)}}`;
}
