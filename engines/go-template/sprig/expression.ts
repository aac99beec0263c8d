import { RE2JS } from 're2js';

/** One place where an expression matches: the text of the whole and of each group, undefined where it took no part. */
export interface Match {
  start: number;
  end: number;
  groups: readonly (string | undefined)[];
}

/** A compiled expression, with Go's rules for what all its matches are. */
export class Expression {
  readonly #expression: RE2JS;
  readonly source: string;

  /** Throws an error in the words of Go's regexp/syntax. */
  constructor(source: string) {
    this.source = source;
    this.#expression = RE2JS.compile(source);
  }

  /** How much work a character of text is, in the size of a simple expression. */
  get weight(): number {
    return this.#expression.programSize() / 16;
  }

  test(text: string): boolean {
    return this.#expression.matcher(text).find();
  }

  /** All matches from left to right; an empty one right after another match does not count. */
  *matches(text: string): Generator<Match> {
    const matcher = this.#expression.matcher(text);
    let previousEnd = -1;
    for (let at = 0; at <= text.length && matcher.find(at); ) {
      const [start, end] = [matcher.start(), matcher.end()];
      if (end !== at || start !== previousEnd) {
        const groups = Array.from(
          { length: matcher.groupCount() + 1 },
          (_, n) => matcher.group(n) ?? undefined,
        );
        yield { start, end, groups };
      }
      at = end === at ? at + characterLength(text, at) : end;
      previousEnd = end;
    }
  }

  /** The number of a named group. */
  groupNamed(name: string): number | undefined {
    const groups: Readonly<Record<string, number>> = this.#expression.namedGroups();
    return Object.hasOwn(groups, name) ? groups[name] : undefined;
  }
}

function characterLength(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
