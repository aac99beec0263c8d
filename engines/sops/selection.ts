import { RE2JS } from 're2js';
import type { Rule } from './metadata.ts';
import { Problem } from './sops-error.ts';

/**
 * Which values a file's rule says are encrypted. A rule about keys holds for all that is below a key that it fits;
 * a rule about comments for what follows a comment, and what is below that.
 */
export class Selection {
  readonly #fits: (text: string) => boolean;
  readonly #byComment: boolean;
  /** What the rule says of the values that it fits. */
  readonly #encrypts: boolean;

  /** @throws Problem for a pattern that is no regular expression of RE2. */
  constructor({ kind, pattern }: Rule) {
    this.#encrypts = kind.startsWith('encrypted');
    this.#byComment = kind.includes('comment');
    this.#fits = kind.endsWith('suffix') ? key => key.endsWith(pattern) : matcher(kind, pattern);
  }

  /** Where the walk begins. */
  root(): Scope {
    return { fits: false };
  }

  /** Below a key. */
  below(scope: Scope, key: string): Scope {
    return this.#byComment || scope.fits || !this.#fits(key) ? scope : { fits: true };
  }

  /** True for a comment that speaks for what follows it. */
  speaks(comment: string): boolean {
    return this.#byComment && this.#fits(comment);
  }

  /** Whether a value or comment is encrypted. */
  encrypted(scope: Scope): boolean {
    return scope.fits === this.#encrypts;
  }

  /** A comment says that the values after it are encrypted: it does not count for itself, as it does where it says the contrary. */
  get countsForItself(): boolean {
    return !this.#encrypts;
  }
}

/** Whether the rule fits something on the way from the root to here. */
export interface Scope {
  readonly fits: boolean;
}

const longestPattern = 8 * 1024;

/** Regular expressions are Go's, and take linear time. */
function matcher(kind: string, pattern: string): (text: string) => boolean {
  if (pattern.length > longestPattern)
    throw new Problem('metadata', `sops.${kind} has more than ${longestPattern} characters`);
  try {
    const compiled = RE2JS.compile(pattern);
    const known = new Map<string, boolean>();
    return text => {
      let fits = known.get(text);
      if (fits === undefined) known.set(text, (fits = compiled.matcher(text).find()));
      return fits;
    };
  } catch (cause) {
    throw new Problem('metadata', `sops.${kind} is no regular expression`, { cause });
  }
}
